"""Why a frame of a device cannot be taken."""

from __future__ import annotations


class Fault(Exception):
    """A frame that is not as its protocol has it: a word for programs, and one sentence.

    ``device``: whose frame it is, where that much could be read.
    """

    def __init__(self, word: str, sentence: str, device: str = "") -> None:
        super().__init__(sentence)
        self.word, self.sentence, self.device = word, sentence, device
