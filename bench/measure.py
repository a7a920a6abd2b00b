"""Run a command and say, as JSON on descriptor 3, what it took.

    python3 measure.py [--watch-memory] COMMAND [ARGUMENT...]

Seconds are from just before the process is made until it is reaped; `user` and `system` and `peakBytes` are the
system's own figures for it and the children it waited for. With `--watch-memory` its anonymous and shared memory is
looked at every few milliseconds, which costs time: `peakOwnBytes` is then the most that was seen. The environment is this
one's without the variables that Node reads: where NODE_EXTRA_CA_CERTS names the system's certificates every Node starts
40 ms later, and others change what is run.
"""

import json
import os
import subprocess
import sys
import time

WATCH_SECONDS = 0.004
PEAK_UNIT = 1 if sys.platform == 'darwin' else 1024


def own_bytes(pid):
    """Memory of a process that is not a file's, or None where the system does not say."""
    try:
        with open(f'/proc/{pid}/status') as status:
            fields = dict(line.split(':', 1) for line in status)
        return sum(int(fields[name].split()[0]) * 1024 for name in ('RssAnon', 'RssShmem'))
    except (OSError, KeyError, ValueError):
        return None


def wait_watching(pid):
    peak = None
    while True:
        reaped, status, usage = os.wait4(pid, os.WNOHANG)
        if reaped:
            return status, usage, peak
        found = own_bytes(pid)
        if found is not None:
            peak = max(peak or 0, found)
        time.sleep(WATCH_SECONDS)


def main(arguments):
    watches = arguments[0] == '--watch-memory'
    command = arguments[1:] if watches else arguments
    began = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if not name.startswith('NODE_')}
    process = subprocess.Popen(command, env=environment)
    if watches:
        status, usage, peak_own = wait_watching(process.pid)
    else:
        _, status, usage = os.wait4(process.pid, 0)
        peak_own = None
    seconds = time.monotonic() - began
    report = {
        'seconds': seconds,
        'user': usage.ru_utime,
        'system': usage.ru_stime,
        'peakBytes': usage.ru_maxrss * PEAK_UNIT,
        'peakOwnBytes': peak_own,
        'status': os.waitstatus_to_exitcode(status),
    }
    os.write(3, json.dumps(report).encode())


main(sys.argv[1:])
