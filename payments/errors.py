"""What payments refuses, with a sentence for whoever asked."""


class EvidenceError(Exception):
    """An answer to a dispute cannot be kept or sent; each of `sentences` says a reason."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = sentences


class RefundError(Exception):
    """A refund cannot be made; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
