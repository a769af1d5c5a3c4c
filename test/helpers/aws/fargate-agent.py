"""Network of a task, as Fargate makes it: 169.254.170.2 gives the credentials of its role.

Every question is handed on to the URL in the first argument, where the test answers it.
"""

import fcntl
import http.server
import socket
import struct
import sys
import urllib.request

ADDRESS = "169.254.170.2"
SET_ADDRESS = 0x8916  # SIOCSIFADDR of linux/sockios.h


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with urllib.request.urlopen(sys.argv[1] + self.path, timeout=10) as answer:
            body = answer.read()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)


with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    request = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(ADDRESS))
    fcntl.ioctl(control, SET_ADDRESS, request)
http.server.ThreadingHTTPServer((ADDRESS, 80), Handler).serve_forever()
