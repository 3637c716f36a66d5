//! Traces in the trace event format of Chromium, which Perfetto draws: a process for each machine, threads for what runs on it.
//!
//! Slices of a thread must lie one in the other. Where a process works on several visits at a time it has several threads,
//! as many as that takes. An arrow leads from each call to what the callee does about it.

use serde_json::{Value, json};

use super::calls::{Call, calls};
use super::write;
use crate::sim::{ProcessId, SimTime, Trace, World};
use crate::text::{explain, label};

/// Threads of one process are numbered from here; no topology has so many processes that they come together.
const THREADS_EACH: u64 = 1_000;

/// The traces that a world still has.
#[must_use]
pub fn json(world: &World) -> String {
    let wiring = world.wiring();
    let mut traces: Vec<&Trace> = world.traces().collect();
    traces.sort_by_key(|trace| trace.visit);
    let traced: Vec<(&Trace, Vec<Call<'_>>)> = traces.into_iter().map(|trace| (trace, calls(wiring, trace))).collect();

    // Who begins first gets the first thread that is free.
    let mut stays: Vec<(SimTime, usize, usize)> = Vec::new();
    for (number, (_, calls)) in traced.iter().enumerate() {
        stays.extend(calls.iter().enumerate().filter_map(|(at, call)| Some((call.arrived?, number, at))));
    }
    stays.sort_unstable();
    let mut threads: Vec<Vec<SimTime>> = vec![Vec::new(); wiring.processes.len()];
    let mut writer =
        Writer { world, events: Vec::new(), thread_of: traced.iter().map(|(_, calls)| vec![0; calls.len()]).collect() };
    for (arrived, number, at) in stays {
        let call = &traced[number].1[at];
        let free = &mut threads[call.callee.index()];
        let thread = free.iter().position(|end| *end <= arrived).unwrap_or_else(|| {
            free.push(arrived);
            free.len() - 1
        });
        free[thread] = call.left.max(arrived);
        writer.thread_of[number][at] = thread;
    }
    for (process, threads) in threads.iter().enumerate() {
        writer.name_threads(process.into(), threads.len());
    }
    for (number, (trace, calls)) in traced.iter().enumerate() {
        for at in 0..calls.len() {
            writer.call(trace, number, calls, at);
        }
    }
    write(&json!({ "displayTimeUnit": "ms", "traceEvents": writer.events }))
}

struct Writer<'a> {
    world: &'a World,
    events: Vec<Value>,
    /// The thread on which the callee of each call works, from 0.
    thread_of: Vec<Vec<usize>>,
}

impl Writer<'_> {
    /// Number of the process and of the thread in the file.
    fn seat(&self, process: ProcessId, thread: usize) -> (u64, u64) {
        let machine = self.world.wiring().process(process).machine;
        (machine.index() as u64 + 1, (process.index() as u64 + 1) * THREADS_EACH + thread as u64)
    }

    fn name_threads(&mut self, process: ProcessId, threads: usize) {
        let wiring = self.world.wiring();
        for thread in 0..threads {
            let (pid, tid) = self.seat(process, thread);
            let name = explain::process(wiring, process);
            let name = if thread == 0 { name } else { format!("{name} ({})", thread + 1) };
            self.events
                .push(json!({ "ph": "M", "name": "thread_name", "pid": pid, "tid": tid, "args": { "name": name } }));
            self.events.push(
                json!({ "ph": "M", "name": "thread_sort_index", "pid": pid, "tid": tid, "args": { "sort_index": tid } }),
            );
        }
        if threads > 0 {
            let ((pid, tid), machine) = (self.seat(process, 0), &wiring.machine_of(process).name);
            for (name, args) in
                [("process_name", json!({ "name": machine })), ("process_sort_index", json!({ "sort_index": pid }))]
            {
                self.events.push(json!({ "ph": "M", "name": name, "pid": pid, "tid": tid, "args": args }));
            }
        }
    }

    fn call(&mut self, trace: &Trace, number: usize, calls: &[Call<'_>], at: usize) {
        let (wiring, call) = (self.world.wiring(), &calls[at]);
        let callee = self.seat(call.callee, self.thread_of[number][at]);
        let outcome = trace.outcome.as_ref().map_or_else(|| label::visits::UNDER_WAY.to_owned(), explain::result);
        let title = label::visits::choice(trace.visit, label::class(trace.class), &outcome);
        if let Some(parent) = call.parent {
            // The caller waits, in its own slice.
            let caller = self.seat(calls[parent].callee, self.thread_of[number][parent]);
            let name = format!("→ {}", explain::process(wiring, call.callee));
            self.slice(caller, [call.sent, call.returned], &name, "call", &json!({ "visit": trace.visit }));
            if let Some(arrived) = call.arrived {
                let id = (number << 8 | at) as u64 + 1;
                self.arrow("s", caller, call.sent, id);
                self.arrow("f", callee, arrived, id);
            }
        }
        let Some(arrived) = call.arrived else {
            return;
        };
        let args = match call.status {
            Some(status) => json!({ "visit": trace.visit, "status": status }),
            None => json!({ "visit": trace.visit }),
        };
        self.slice(callee, [arrived, call.left], &title, label::class(trace.class), &args);
        for hop in &call.hops {
            let sentence = explain::decision(wiring, hop);
            if hop.start == hop.end {
                self.mark(callee, hop.end, &sentence);
            } else {
                self.slice(callee, [hop.start, hop.end], &sentence, "decision", &json!({ "visit": trace.visit }));
            }
        }
    }

    /// What took no time: an instant event.
    fn mark(&mut self, (pid, tid): (u64, u64), at: SimTime, name: &str) {
        self.events
            .push(json!({ "ph": "i", "s": "t", "name": name, "cat": "decision", "pid": pid, "tid": tid, "ts": at.0 }));
    }

    /// A complete event. Times are microseconds since the start of the run.
    fn slice(&mut self, (pid, tid): (u64, u64), [from, to]: [SimTime; 2], name: &str, cat: &str, args: &Value) {
        let (ts, dur) = (from.0, to.since(from).0);
        self.events.push(
            json!({ "ph": "X", "name": name, "cat": cat, "pid": pid, "tid": tid, "ts": ts, "dur": dur, "args": args }),
        );
    }

    /// One end of an arrow, which is tied to the slice that it lies in.
    fn arrow(&mut self, end: &str, (pid, tid): (u64, u64), at: SimTime, id: u64) {
        self.events.push(
            json!({ "ph": end, "bp": "e", "name": "call", "cat": "call", "pid": pid, "tid": tid, "ts": at.0, "id": id }),
        );
    }
}
