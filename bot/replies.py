"""Letters that are no card of a ticket, about people and directories, papers and pictures, strikes, blocks and appeals,
the day of the desk: each drawn from the database at the moment it is sent.

What the reader may no longer see, or is over, is not sent at all.
"""

from collections.abc import Awaitable, Callable

from aiogram import Bot

from bot import formats
from bot.screens import availability as availability_screens
from bot.screens import blocks as block_screens
from bot.screens import contractors as contractor_screens
from bot.screens import deadlines as deadline_screens
from bot.screens import digests as digest_screens
from bot.screens import imports as import_screens
from bot.screens import intake as intake_screens
from bot.screens import invites as invite_screens
from bot.screens import menu as menu_screens
from bot.screens import objections as objection_screens
from bot.screens import papers as paper_screens
from bot.screens import people as people_screens
from bot.screens import proofs as proof_screens
from bot.screens import score as score_screens
from bot.screens import sites as site_screens
from bot.screens import talk as talk_screens
from bot.screens import visits as visit_screens
from bot.texts import Texts
from bot.ui import Screen
from core.domain.actor import Actor
from core.domain.block import BlockRule
from core.domain.errors import Changed, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.role import Role
from core.services import (
    availability,
    block_cards,
    cards,
    certificates,
    contractors,
    deadlines,
    digests,
    entrances,
    intakes,
    invites,
    ledger,
    objections,
    papers,
    people,
    proof_cards,
    sites,
    talk_cards,
    tasks,
    teams,
)
from core.services.availability import Why
from core.services.card_views import JobCard
from core.services.imports import SheetCount
from core.services.outbox import Letter
from storage.db import Database

Reply = Callable[[Database, Letter, Actor, Texts, Bot], Awaitable[Screen | None]]


async def welcome(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    card = await db.read(entrances.welcome, actor)
    return people_screens.welcome(card, texts) if card.offered else menu_screens.menu(actor, texts)


async def person(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return people_screens.person(await db.read(people.card, actor, int(letter.data["person"])), texts)


async def role_ended(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return people_screens.role_ended(Role(letter.data["role"]), str(letter.data["organisation"]), texts)


async def invite(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen | None:
    """The link is made here and nowhere kept; one that was used meanwhile is not sent."""
    card = await db.read(invites.card, actor, int(letter.data["invite"]))
    if not card.is_open:
        return None
    token = invites.token_of(bot.token, str(letter.data["seed"]))
    zone = await db.read(people.zone, letter.person_id)
    until = formats.on(card.expires_at, zone)
    return invite_screens.invite(card, invite_screens.link((await bot.me()).username or "", token), until, texts)


async def team(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return people_screens.team(await db.read(teams.show, actor, int(letter.data["contractor"])), texts)


async def team_joined(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    newcomer = await db.read(people.actor_of, int(letter.data["person"]))
    return people_screens.joined(newcomer.name, int(letter.data["contractor"]), texts)


async def site(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return site_screens.card(await db.read(sites.card, actor, int(letter.data["site"])), texts)


async def contractor(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    card = await db.read(contractors.card, actor, int(letter.data["contractor"]))
    return contractor_screens.card(card, texts)


async def free(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    why = Why(letter.data["why"]) if "why" in letter.data else None
    turned = int(letter.data.get("contractor", 0))
    return availability_screens.card(await db.read(availability.card, actor), texts, why, turned)


async def still_there(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    """One that was answered by a colleague meanwhile is not asked."""
    asked = await db.read(availability.question, actor, int(letter.data["contractor"]))
    return availability_screens.question(asked, texts)


async def intake(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return intake_screens.draw(await db.read(intakes.card, actor, int(letter.data["intake"])), texts)


async def ask_place(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen | None:
    card = await db.read(cards.ticket, actor, letter.ticket_id or 0)
    return visit_screens.place(card, texts) if isinstance(card, JobCard) else None


async def proof_kept(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return proof_screens.kept(await db.read(proof_cards.card, actor, int(letter.data["proof"])), texts)


async def proof_refused(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return proof_screens.refused(await db.read(proof_cards.card, actor, int(letter.data["proof"])), texts)


async def sort_proof(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return proof_screens.question(await db.read(proof_cards.card, actor, int(letter.data["proof"])), texts)


async def words(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return talk_screens.letter(await db.read(talk_cards.one, actor, int(letter.data["talk"])), texts)


async def quality_event(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return score_screens.event(await db.read(ledger.event, actor, int(letter.data["event"])), texts)


async def strike(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return score_screens.strike(await db.read(ledger.event, actor, int(letter.data["event"])), texts)


async def dispute_decided(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return score_screens.decided(await db.read(ledger.event, actor, int(letter.data["event"])), texts)


async def papers_of(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    firm, line = await db.read(papers.one, actor, int(letter.data["skill"]))
    return paper_screens.declared(firm, line, texts)


async def paper(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    found = await db.read(certificates.card, actor, int(letter.data["certificate"]))
    page = letter.data.get("page")
    return paper_screens.page(found, int(page), texts) if page is not None else paper_screens.paper(found, texts)


async def which_paper(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return paper_screens.which(await db.read(certificates.card, actor, int(letter.data["certificate"])), texts)


async def skill_ends(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen | None:
    """What was renewed meanwhile is not told of."""
    lines = await db.read(papers.ending, actor, tuple(letter.data["skills"]))
    return paper_screens.ends(lines, texts) if lines else None


async def skill_learnt(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return paper_screens.learnt(*await db.read(papers.one, actor, int(letter.data["skill"])), texts)


async def imported(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    counts = {title: SheetCount(*numbers) for title, numbers in letter.data["sheets"].items()}
    return import_screens.applied(counts, int(letter.data["wrong"]), texts)


async def many_deadlines(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen | None:
    found = await db.read(deadlines.named, actor, letter.data["clocks"], letter.data["count"])
    return deadline_screens.many(found, is_desk=actor.is_desk, texts=texts) if found.lines else None


async def digest(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen | None:
    found = await db.read(digests.show, actor)
    return None if found.is_empty else digest_screens.digest(found, texts)


async def clock_jump(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    line = await db.read(tasks.one, actor, int(letter.data["task"]))
    return deadline_screens.clock_jump(line, texts)


async def block(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    card = await db.read(block_cards.block, actor, int(letter.data["block"]))
    event = str(letter.data.get("event", ""))
    return block_screens.letter(card, event, texts) if event else block_screens.block(card, texts)


async def block_asked(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return block_screens.request(await db.read(block_cards.request, actor, int(letter.data["request"])), texts)


async def appeal(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen | None:
    """One that was answered meanwhile is late no more."""
    card = await db.read(block_cards.appeal, actor, int(letter.data["appeal"]))
    is_late = letter.notice == Notice.APPEAL_LATE
    if is_late and card.line.is_upheld is not None:
        return None
    return block_screens.appeal(card, texts, is_late=is_late)


async def near_limit(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    told = letter.data
    events = await db.read(block_cards.events, actor, int(told["contractor"]), list(told["events"]))
    return block_screens.near(BlockRule(told["rule"]), len(told["events"]), int(told["needed"]), events, texts)


async def pause(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    data = letter.data
    return objection_screens.card(await db.read(objections.card, actor, data["ticket"], data["pause"]), texts)


def _if_visible(reply: Reply) -> Reply:
    async def shown(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen | None:
        try:
            return await reply(db, letter, actor, texts, bot)
        except (Changed, NotAllowed, NotFound):
            return None

    return shown


REPLIES: dict[Notice, Reply] = {
    notice: _if_visible(reply)
    for notice, reply in {
        Notice.WELCOME: welcome,
        Notice.PERSON: person,
        Notice.ROLE_ENDED: role_ended,
        Notice.INVITE: invite,
        Notice.TEAM: team,
        Notice.TEAM_JOINED: team_joined,
        Notice.SITE: site,
        Notice.CONTRACTOR: contractor,
        Notice.FREE: free,
        Notice.STILL_THERE: still_there,
        Notice.PAPERS: papers_of,
        Notice.PAPER: paper,
        Notice.WHICH_PAPER: which_paper,
        Notice.SKILL_ENDS: skill_ends,
        Notice.SKILL_LEARNT: skill_learnt,
        Notice.IMPORT: imported,
        Notice.BLOCK: block,
        Notice.BLOCK_ASKED: block_asked,
        Notice.APPEAL: appeal,
        Notice.APPEAL_LATE: appeal,
        Notice.NEAR_LIMIT: near_limit,
        Notice.INTAKE: intake,
        Notice.ASK_PLACE: ask_place,
        Notice.PROOF: proof_kept,
        Notice.PROOF_REFUSED: proof_refused,
        Notice.SORT_PROOF: sort_proof,
        Notice.MESSAGE: words,
        Notice.QUESTION: words,
        Notice.ANSWERED: words,
        Notice.SLA_MANY: many_deadlines,
        Notice.DIGEST: digest,
        Notice.CLOCK_JUMP: clock_jump,
        Notice.QUALITY_EVENT: quality_event,
        Notice.STRIKE: strike,
        Notice.DISPUTE_DECIDED: dispute_decided,
        Notice.PAUSE: pause,
        Notice.PAUSE_OBJECTED: pause,
        Notice.PAUSE_DECIDED: pause,
    }.items()
}
