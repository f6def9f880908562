"""What payments refuses, with a sentence for whoever asked."""


class RefundError(Exception):
    """A refund cannot be made; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
