"""The worker with short waits, so that a fault and what follows fit into seconds.

``python -m tests.jobs.quick_worker jobs`` or ``… periodic``. With ``BROKEN_TWIN=1`` each try names the message
anew, as if the reference were not stable: a fault test that still passes then proves nothing.
"""

import os
import secrets
import sys
from datetime import timedelta

from aftersales.domain.messaging import rules
from aftersales.jobs import periodic, worker

rules.LEASE = timedelta(seconds=2)
rules.RETRIES = tuple(timedelta(seconds=0.5) for _ in rules.RETRIES)
periodic.PERIOD = 0.0  # the loop itself keeps a second between two sweeps

if os.environ.get("BROKEN_TWIN") == "1":
    rules.reference_of = lambda key: f"broken-{secrets.token_hex(8)}"

if __name__ == "__main__":
    worker.run_part(sys.argv[1])
