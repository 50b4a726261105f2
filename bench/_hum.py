"""What all other devices send meanwhile: readings over HTTP at a steady rate, until this process is ended.

-m bench._hum PORT TOKEN READINGS_A_SECOND
"""

import sys
import time

from bench._stage import Caller
from bench.telemetry import READINGS, SERIES, body_of

SPOKEN = 9
"""Of the ten bodies that hold a reading of every series; the last tenth speaks only when it is asked to."""


def main(port: int, token: str, rate: int) -> None:
    caller = Caller(port, Authorization=f"Bearer {token}")
    tenths = SERIES // READINGS
    bodies = [body_of(number) for number in range(200 * tenths) if number % tenths < SPOKEN]
    begin = time.monotonic()
    for turn, body in enumerate(bodies):
        time.sleep(max(0.0, begin + turn * READINGS / rate - time.monotonic()))
        if caller.send(caller.request("POST", "/readings", body)).status != 200:
            raise RuntimeError("a reading was not taken")


main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
