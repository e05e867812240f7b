"""The rows of the agreed table that have files of their own. Read by `test_notices`."""

from tests.services.desk_told import DESK
from tests.services.scenes_of_visits import VISITS
from tests.services.score_told import SCORE
from tests.services.talk_told import TALK

ELSEWHERE = {**DESK, **TALK, **VISITS, **SCORE}
