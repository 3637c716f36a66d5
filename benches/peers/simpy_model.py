"""The reference workload in SimPy: a process per visit, a Resource per pool of workers or threads.

Prints the same line of JSON as the models in Rust; src/lib.rs tells what the workload is.
"""

import argparse
import itertools
import json
import random
import time

import simpy

CLIENT_MS, LAN_MS = 20.0, 0.5
WORK_MS, QUERY_MS = 4.0, 2.0
WEB_SERVERS, WORKERS, THREADS = 2, 16, 8
WRITES = 0.1


class Stack:
    """The machines, and what is counted."""

    def __init__(self, env, rate, requests):
        self.env = env
        self.gap_ms = 1000.0 / rate
        self.requests = requests
        self.webs = itertools.cycle([simpy.Resource(env, WORKERS) for _ in range(WEB_SERVERS)])
        self.primary, self.replica = simpy.Resource(env, THREADS), simpy.Resource(env, THREADS)
        self.held_ms = self.replica_ms = 0.0
        self.latencies_ms = []

    def arrivals(self):
        for _ in range(self.requests):
            yield self.env.timeout(random.expovariate(1.0) * self.gap_ms)
            self.env.process(self.visit())

    def visit(self):
        env = self.env
        started = env.now
        yield env.timeout(CLIENT_MS)
        web = next(self.webs)
        yield env.timeout(LAN_MS)
        with web.request() as worker:
            yield worker
            held_since = env.now
            yield env.timeout(random.expovariate(1.0) * WORK_MS)
            yield env.timeout(LAN_MS)
            database = self.primary if random.random() < WRITES else self.replica
            with database.request() as thread:
                yield thread
                took = random.expovariate(1.0) * QUERY_MS
                if database is self.replica:
                    self.replica_ms += took
                yield env.timeout(took)
            yield env.timeout(LAN_MS)
            self.held_ms += env.now - held_since
        yield env.timeout(LAN_MS)
        yield env.timeout(CLIENT_MS)
        self.latencies_ms.append(env.now - started)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=100_000)
    options = parser.parse_args()
    random.seed(1)
    began, cpu_began = time.perf_counter(), time.process_time()
    env = simpy.Environment()
    stack = Stack(env, options.rate, options.requests)
    env.process(stack.arrivals())
    env.run()
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu_began
    latencies = sorted(stack.latencies_ms)
    assert len(latencies) == options.requests, "every visit ends"
    print(json.dumps({
        "engine": "simpy",
        "rate": options.rate,
        "requests": options.requests,
        "wall_s": round(wall_s, 3),
        "cpu_s": round(cpu_s, 3),
        "requests_per_s": round(options.requests / wall_s),
        "mean_ms": round(sum(latencies) / len(latencies), 3),
        "p99_ms": round(latencies[-(-len(latencies) * 99 // 100) - 1], 3),
        "worker_utilisation": round(stack.held_ms / env.now / (WEB_SERVERS * WORKERS), 3),
        "replica_utilisation": round(stack.replica_ms / env.now / THREADS, 3),
    }))


if __name__ == "__main__":
    main()
