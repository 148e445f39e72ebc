"""A command line in a shell's script that is forked where the warm process of a path listens.

Run as `python -I -S warm_client.py PATH ARGUMENT …`: it loads next to nothing, hands on its streams, and waits.
"""

import json
import os
import socket
import sys

path, *arguments = sys.argv[1:]
request = {
    "module": "imaging.commands",
    "arguments": arguments,
    "descriptors": [0, 1, 2],
    "environment": dict(os.environ),
    "folder": os.getcwd(),  # noqa: PTH109  # pathlib takes longer to load than all of this
    "session": False,
    "controls": False,
}
line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
line.connect(path)
socket.send_fds(line, [json.dumps(request).encode()], [0, 1, 2])
line.recv(64)
status = int(line.recv(64) or 1)
sys.exit(status if status >= 0 else 128 - status)
