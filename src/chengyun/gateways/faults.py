"""Why a frame of a device cannot be taken."""

from __future__ import annotations


class Fault(Exception):
    """A frame that is not as its protocol has it: a word for programs, and one sentence."""

    def __init__(self, word: str, sentence: str) -> None:
        super().__init__(sentence)
        self.word, self.sentence = word, sentence
