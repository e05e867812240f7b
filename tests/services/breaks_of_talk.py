"""How the invariants of what people write to each other are broken: each returns what the auditor must name."""

from tests.services.broken import Break, Story


def words_for_nobody(notice: str) -> Break:
    def breaks(story: Story) -> str:
        """The one who wrote keeps his answer; a reader loses the words."""
        told = "notice = :notice AND delivery = 'new' AND dedupe_key NOT LIKE '%audit%'"
        row = story.one(f"SELECT id FROM outbox WHERE {told}", notice=notice)
        person = story.one("SELECT person_id FROM outbox WHERE id = :row", row=row)
        story.run("DELETE FROM outbox WHERE id = :row", row=row)
        return f"({notice}) told person {person} nothing"

    return "17", f"words «{notice}» went to nobody", breaks


def question_forgotten(story: Story) -> str:
    task = story.one("SELECT id FROM task WHERE kind = 'question' AND ended_at IS NULL")
    cause = story.one("SELECT cause FROM task WHERE id = :task", task=task)
    story.run("UPDATE task SET ended_at = :at WHERE id = :task", task=task, at=story.at(story.now))
    return f"question {cause.rpartition(':')[2]} waits for nobody"


def answer_lost(story: Story) -> str:
    """The question is in no queue any more."""
    question = story.one("SELECT answers_id FROM talk WHERE kind = 'answer'")
    story.run("DELETE FROM talk WHERE kind = 'answer'")
    return f"question {question} waits for nobody"


TALK: list[Break] = [
    *(words_for_nobody(notice) for notice in ("message", "question", "answered")),
    ("11", "a question stands in no queue", question_forgotten),
    ("11", "the answer to a question is lost", answer_lost),
]
