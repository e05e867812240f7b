"""The process in which pictures are decoded: one request a line on standard input, one answer a line back.

It can eat at most so much processor time per picture and so much memory, can write no file, and
is expected to be killed: whoever asked starts another. Started by `pictures.Pictures`, never by hand.
"""

import json
import math
import os
import resource
import sys
import time
from typing import Any, TextIO

_MEMORY = 1_500_000_000
_OPEN_FILES = 32


def main() -> None:
    # Libraries that print must not be able to break the conversation.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _limit_process()
    # Costs a tenth of a second: paid once here, not in the first picture's time.
    from core.documents.inspection import inspect
    from core.documents.pairs import pairs, watermark

    jobs = {"inspect": inspect, "watermark": watermark, "pairs": pairs}
    _say(answers, {"ready": True})
    for line in sys.stdin:
        request: dict[str, Any] = json.loads(line)
        _allow_processor_time(request["cpu_seconds"])
        _say(answers, _answer(jobs[request["job"]], request["args"]))


def _answer(job: Any, args: dict[str, Any]) -> dict[str, Any]:
    from core.domain.errors import NotAPicture, PictureTooHard

    try:
        return {"ok": job(**args)}
    except PictureTooHard as error:
        return {"too_hard": error.reason}
    except NotAPicture as error:
        return {"not_a_picture": error.reason}
    except MemoryError:
        return {"too_hard": "memory"}
    except OSError as error:
        return {"disk": repr(error)}
    except Exception as error:
        return {"bug": repr(error)}


def _limit_process() -> None:
    os.nice(5)  # the bot answers people first
    for what, limit in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def _allow_processor_time(seconds: int) -> None:
    """The limit is on the life of the process, so each picture moves it on from what is already used."""
    used = math.ceil(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, resource.RLIM_INFINITY))


def _say(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
