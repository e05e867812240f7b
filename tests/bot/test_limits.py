"""The budget of speech, on a clock moved by hand."""

from bot.limits import CHAT_BURST, GROUP_PER_MINUTE, Limits


class Seconds:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_a_chat_has_a_burst_and_then_one_message_a_second() -> None:
    clock = Seconds()
    limits = Limits(25, clock)
    for _ in range(CHAT_BURST):
        assert limits.slow_chats() == {}
        limits.spend(7)

    assert limits.slow_chats() == {7: 1.0}
    clock.at += 1
    assert limits.slow_chats() == {}


def test_a_group_hears_no_more_than_its_share_of_a_minute() -> None:
    clock = Seconds()
    limits = Limits(25, clock)
    said = 0
    for _ in range(600):
        if -100 not in limits.slow_chats():
            limits.spend(-100)
            said += 1
        clock.at += 0.1

    assert GROUP_PER_MINUTE <= said <= GROUP_PER_MINUTE + CHAT_BURST


def test_over_all_chats_no_more_than_the_overall_speed() -> None:
    clock = Seconds()
    limits = Limits(25, clock)
    said = 0
    for step in range(100):
        for chat in range(limits.room()):
            limits.spend(step * 1000 + chat + 1)
            said += 1
        clock.at += 0.1

    assert 240 <= said <= 280


def test_one_chat_told_to_wait_waits_alone_and_two_stop_everybody() -> None:
    clock = Seconds()
    limits = Limits(25, clock)
    limits.pause(7, 30)
    assert limits.slow_chats()[7] == 30
    assert limits.room() > 0

    limits.pause(8, 5)
    assert limits.room() == 0
    clock.at += 5.1
    assert limits.room() > 0
    assert 7 in limits.slow_chats()
