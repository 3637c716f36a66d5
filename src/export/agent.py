# A stand-in for the monitoring agent: says on one port how the programs on its machine are.
import os, pymysql, socket
from http.server import BaseHTTPRequestHandler, HTTPServer

def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return 1
    except OSError:
        return 0

def haproxy():
    with socket.socket(socket.AF_UNIX) as api:
        api.connect("/run/haproxy/admin.sock")
        api.sendall(b"show stat\n")
        names, *rows = [line.lstrip("# ").split(",") for line in api.makefile().read().splitlines() if line]
    for row in (dict(zip(names, row)) for row in rows):
        if row["svname"] == "FRONTEND":
            for code in ("2xx", "3xx", "4xx", "5xx"):
                yield f'haproxy_frontend_http_responses_total{{code="{code}"}} {row["hrsp_" + code]}'
        elif row["svname"] != "BACKEND":
            yield f'haproxy_server_up{{server="{row["svname"]}"}} {int(row["status"].startswith("UP"))}'

def mysql(port):
    with pymysql.connect(host="127.0.0.1", port=port, user="agent", password="agent") as database:
        with database.cursor(pymysql.cursors.DictCursor) as cursor:
            cursor.execute("SHOW REPLICA STATUS")
            for row in cursor:
                for thread in ("IO", "SQL"):
                    yield f'mysql_slave_status_slave_{thread.lower()}_running {int(row[f"Replica_{thread}_Running"] == "Yes")}'
                if row["Seconds_Behind_Source"] is not None:
                    yield f'mysql_slave_status_seconds_behind_master {row["Seconds_Behind_Source"]}'

def metrics():
    for program, port in (program.split(":") for program in os.environ["PROGRAMS"].split()):
        up = answers(int(port))
        labels = f'{{port="{port}"}}'
        yield f"{program}_up{labels} {up}"
        if up and program == "haproxy":
            yield from haproxy()
        if up and program == "mysql":
            yield from (line.replace(" ", labels + " ") for line in mysql(int(port)))

class Metrics(BaseHTTPRequestHandler):
    def do_GET(self):
        body = "".join(line + "\n" for line in metrics()).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

HTTPServer(("", 9100), Metrics).serve_forever()
