"""What hangs on a distribution: invalidations, the metrics subscription, tags."""

from collections import defaultdict
from dataclasses import dataclass, field
from http import HTTPStatus
from xml.etree.ElementTree import Element

from ops.terraform.tests.local_aws.cloudfront import markup
from ops.terraform.tests.local_aws.cloudfront.messages import AwsError, Reply, Request, new_id, not_implemented


@dataclass
class Invalidations:
    """Every purge asked for, by id; complete at once."""

    items: dict[str, Element] = field(default_factory=dict)

    def handle(self, request: Request) -> Reply:
        match request.method, request.path[3:]:
            case "POST", ():
                identifier = new_id()
                self.items[identifier] = request.document()
                return Reply(HTTPStatus.CREATED, self._document(identifier), location=identifier)
            case "GET", ():
                return Reply(HTTPStatus.OK, self._listing())
            case "GET", (identifier,) if identifier in self.items:
                return Reply(HTTPStatus.OK, self._document(identifier))
            case "GET", (identifier,):
                message = f"There is no invalidation {identifier}."
                raise AwsError(HTTPStatus.NOT_FOUND, "NoSuchInvalidation", message)
        raise not_implemented(request)

    def _listing(self) -> Element:
        summaries = [markup.element("InvalidationSummary", *self._head(identifier)) for identifier in self.items]
        return markup.element(
            "InvalidationList",
            markup.element("MaxItems", text="100"),
            markup.element("IsTruncated", text="false"),
            markup.element("Quantity", text=str(len(summaries))),
            markup.element("Items", *summaries),
        )

    def _document(self, identifier: str) -> Element:
        return markup.element("Invalidation", *self._head(identifier), self.items[identifier])

    def _head(self, identifier: str) -> tuple[Element, ...]:
        return (
            markup.element("Id", text=identifier),
            markup.element("Status", text="Completed"),
            markup.element("CreateTime", text=markup.LONG_AGO),
        )


@dataclass
class Monitoring:
    """The subscription to additional metrics, one a distribution."""

    items: dict[str, Element] = field(default_factory=dict)

    def handle(self, request: Request) -> Reply:
        distribution = request.path[1]
        if request.method == "POST":
            self.items[distribution] = request.document()
        if distribution not in self.items:
            message = f"{distribution} has no subscription."
            raise AwsError(HTTPStatus.NOT_FOUND, "NoSuchMonitoringSubscription", message)
        if request.method == "DELETE":
            del self.items[distribution]
            return Reply(HTTPStatus.OK, markup.element("DeleteMonitoringSubscriptionResult"))
        return Reply(HTTPStatus.OK, self.items[distribution])


@dataclass
class Tags:
    """Tags by resource ARN."""

    items: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, arn: str, document: Element) -> None:
        for tag in document.iter(markup.qualified("Tag")):
            self.items[arn][markup.text_of(tag, "Key")] = markup.text_of(tag, "Value")

    def handle(self, request: Request) -> Reply:
        arn = request.query["Resource"]
        match request.method, request.query.get("Operation"):
            case "GET", None:
                return Reply(HTTPStatus.OK, self._document(arn))
            case "POST", "Tag":
                self.add(arn, request.document())
            case "POST", "Untag":
                for key in markup.texts_within(request.document(), "Key"):
                    self.items[arn].pop(key, None)
            case _:
                raise not_implemented(request)
        return Reply(HTTPStatus.NO_CONTENT)

    def _document(self, arn: str) -> Element:
        tags = (
            markup.element("Tag", markup.element("Key", text=key), markup.element("Value", text=value))
            for key, value in self.items[arn].items()
        )
        return markup.element("Tags", markup.element("Items", *tags))
