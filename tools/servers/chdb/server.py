"""ClickHouse's HTTP interface over its own engine, which chDB carries as a library.

What @clickhouse/client needs of it: ping, queries, inserts, exceptions with their codes, a
password. Queries run one after the other. Settings in the address are ignored.

Usage: server.py PORT DATA_DIR, with CLICKHOUSE_PASSWORD in the environment.
"""

import base64
import hmac
import os
import re
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from chdb.session import Session

HOST = "127.0.0.1"
USER = "default"
PASSWORD = os.environ["CLICKHOUSE_PASSWORD"]
AUTHENTICATION_FAILED = 516
CODE = re.compile(r"Code: (\d+)\.")

session = Session(sys.argv[2])
one_at_a_time = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if urlsplit(self.path).path == "/ping":
            self.answer(200, b"Ok.\n")
        else:
            self.answer(404, b"There is /ping, and POST to / for queries.\n")

    def do_POST(self) -> None:
        body = self.read_body()
        if not self.knows_password():
            self.refuse(f"Code: {AUTHENTICATION_FAILED}. DB::Exception: {USER}: Authentication "
                        "failed: password is incorrect. (AUTHENTICATION_FAILED)", 403)
            return
        query = parse_qs(urlsplit(self.path).query).get("query", [""])[0].encode()
        # As ClickHouse has it: the query begins in the address and goes on in the body.
        sql = b"\n".join(part for part in (query, body) if part)
        try:
            with one_at_a_time:
                result = session.query(sql.decode(), "TabSeparated").bytes()
        except Exception as error:  # chdb raises one class for whatever the engine refuses
            self.refuse(str(error), 500)
            return
        self.answer(200, result)

    def read_body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def knows_password(self) -> bool:
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return hmac.compare_digest(self.headers.get("authorization", ""), expected)

    def refuse(self, message: str, status: int) -> None:
        found = CODE.search(message)
        code = found.group(1) if found else "0"
        self.answer(status, message.encode(), {"X-ClickHouse-Exception-Code": code})

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/plain; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Only errors are worth a line."""


def stop(*_: object) -> None:
    # What was inserted is on disk; a query that runs ends first.
    with one_at_a_time:
        session.close()
        os._exit(0)


server = ThreadingHTTPServer((HOST, int(sys.argv[1])), Handler)
server.daemon_threads = True
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=stop).start())
server.serve_forever()
