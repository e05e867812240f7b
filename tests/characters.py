"""The people of the stories, by name. A Telegram account and a phone number each; the directories know the number."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Character:
    user: int
    name: str
    number: str


#: The dispatcher and the manager of the desk; they come in by an invite.
MARINA = Character(101, "Марина Крылова", "+79001000101")
VERA = Character(108, "Вера Орлова", "+79001000108")
#: Runs the shop: asks for work and accepts it.
OLGA = Character(102, "Ольга Белова", "+79001000102")
#: Three engineers, each a firm of one, by their distance from the shop.
PYOTR = Character(103, "Пётр Зябликов", "+79001000103")
IVAN = Character(104, "Иван Сидоренко", "+79001000104")
ILDAR = Character(105, "Ильдар Сафин", "+79001000105")
ENGINEERS = (PYOTR, IVAN, ILDAR)
#: Runs a shop of another client.
ZHANNA = Character(106, "Жанна Титова", "+79001000106")
#: Nobody knows him; he can scan a sticker.
LEV = Character(107, "Лев Прохоров", "+79001000107")
