"""What comes from files of others."""

from __future__ import annotations

from studio.messages import TakeIn, TakenIn
from studio.worker.desk import Desk, lines
from studio.worker.souls import soul_facts


def take_in(desk: Desk, command: TakeIn) -> TakenIn:
    """Add messages from elsewhere to the log, to be slept on."""
    mind = desk.mind
    entries = [mind.log.append(line.role, line.text, line.conversation, mind.store.key) for line in command.lines]
    desk.new_lines()
    return TakenIn(lines(entries), soul_facts(mind))


HANDLERS = {TakeIn: take_in}
