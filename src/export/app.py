# A stand-in for the application: reads rows from a replica, writes them to the primary, and says who answered.
import os, pymysql, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

def servers(name):
    return [server.rsplit(":", 1) for server in os.environ.get(name, "").split()]

primary, readers = servers("PRIMARY"), servers("READERS")
fallback = primary if os.environ.get("FALLBACK") == "true" else []
workers, turn = threading.Semaphore(int(os.environ["WORKERS"])), 0

def ask(candidates, statement):
    error = "no database"
    for host, port in candidates:
        try:
            with pymysql.connect(host=host, port=int(port), user="app", password="app", database="shop", autocommit=True,
                                 connect_timeout=float(os.environ["CONNECT_S"]),
                                 read_timeout=float(os.environ["READ_S"]) or None) as database:
                with database.cursor() as cursor:
                    cursor.execute(statement)
                    return 200, f"{cursor.fetchone() or cursor.lastrowid} from {host}:{port}"
        except pymysql.MySQLError as problem:
            error = problem
    return 500, str(error)

class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        global turn
        if self.path == "/health":
            return self.say(200, "well")
        turn += 1
        at = turn % max(len(readers), 1)
        self.say(*ask(readers[at:at + 1] + fallback, "SELECT MAX(id) FROM orders"))

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.say(*ask(primary, "INSERT INTO orders (item) VALUES ('tea')"))

    def say(self, status, text):
        body = f"{text}, says {os.uname().nodename}\n".encode()
        self.send_response(status)
        self.send_header("Content-Length", len(body))
        self.end_headers()
        self.wfile.write(body)

class Server(ThreadingHTTPServer):
    request_queue_size = int(os.environ["BACKLOG"])

    def process_request_thread(self, request, address):
        with workers:
            super().process_request_thread(request, address)

Server(("", 8000), Page).serve_forever()
