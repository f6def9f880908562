"""The two dashboards, row by row."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from grafana_foundation_sdk.builders import bargauge, dashboard, stat, timeseries
from grafana_foundation_sdk.models.common import TimeZoneBrowser

from ops.observability.panels import bars, lines, number

Panel = timeseries.Panel | stat.Panel | bargauge.Panel
Rows = Mapping[str, Sequence[Panel]]
STAGES: Final = (
    ("service_viewed", "Service viewed"),
    ("booking_started", "Booking started"),
    ("deposit_page_opened", "Deposit page opened"),
    ("payment_attempted", "Payment attempted"),
    ("deposit_paid", "Deposit paid"),
)

DEPOSITS: Final = 'sum(increase(portal_funnel_events_total{stage="deposit_paid"}[15m]))'
DEPOSIT_MAILS: Final = (
    'sum(increase(portal_notifications_total{template="booking_confirmed", outcome=~"sent|resent"}[15m]))'
)
DECLINES: Final = 'sum by (reason) (increase(portal_payment_outcomes_total{outcome="failed"}[$__range]))'
VIEW_SECONDS: Final = "rate(django_http_requests_latency_seconds_by_view_method_bucket[$__rate_interval])"
STRIPE_SECONDS: Final = "rate(portal_gateway_seconds_bucket[$__rate_interval])"
REFUSALS: Final = 'sum(increase(portal_security_events_total{outcome=~"refused|limited"}[10m]))'
CONFIRMATION: Final = "rate(portal_booking_confirmation_seconds_bucket[1h])"


def _board(title: str, uid: str, rows: Rows) -> dashboard.Dashboard:
    source = dashboard.DatasourceVariable("datasource").type("prometheus").label("Data source")
    runbooks = dashboard.TextBoxVariable("runbooks").label("Runbooks").default_value("docs/runbooks")
    board = dashboard.Dashboard(title).uid(uid).tags(["portal"]).refresh("30s").time("now-6h", "now")
    board = board.timezone(TimeZoneBrowser).with_variable(source).with_variable(runbooks)
    number_of = 0
    for heading, panels in rows.items():
        board = board.with_row(dashboard.Row(heading))
        for panel in panels:
            number_of += 1
            board = board.with_panel(panel.id(number_of))
    return board


def _per_minute(metric: str, label: str) -> tuple[str, str]:
    return f"sum by ({label}) (rate({metric}[$__rate_interval])) * 60", f"{{{{{label}}}}}"


def _steps() -> list[Panel]:
    def came(stage: str) -> str:
        return f'sum(increase(portal_funnel_events_total{{stage="{stage}"}}[$__range]))'

    return [
        number(
            name,
            f"Share of those at the step before: {before_name.lower()}.",
            f"{came(stage)} / {came(before)}",
            unit="percentunit",
        )
        for (before, before_name), (stage, name) in pairwise(STAGES)
    ]


def booking_funnel() -> dashboard.Dashboard:
    """From a service's page to a paid deposit, and what follows from it."""
    steps = "sum by (stage) (increase(portal_funnel_events_total[$__range]))"
    median = f"histogram_quantile(0.5, sum by (le) ({CONFIRMATION}))"
    rows: Rows = {
        "Funnel": [*_steps(), bars("Steps", "How many came to each step.", (steps, "{{stage}}"), width=24)],
        "Bookings": [
            lines(
                "Bookings",
                "Changes of state, per minute.",
                *_per_minute("portal_booking_transitions_total", "to_status"),
            ),
            lines(
                "From booking to confirmation",
                "Median and 95th percentile of the last hour.",
                "95 %",
                median,
                "median",
                unit="s",
                alert="BookingConfirmationSlow",
            ),
        ],
        "Payments": [
            lines(
                "Attempts that fail",
                "Share of attempts that end in a decline.",
                "failed",
                unit="percentunit",
                alert="PaymentFailureRateHigh",
            ),
            lines(
                "Outcomes", "Attempts by outcome, per minute.", *_per_minute("portal_payment_outcomes_total", "outcome")
            ),
            bars("Reasons for declines", "As Stripe gives them.", (DECLINES, "{{reason}}")),
            lines("Refunds that fail", "Failed or refused, within an hour.", "failed", alert="RefundsFailing"),
        ],
        "Notifications": [
            lines(
                "Notifications against payments",
                "Deposits paid, and the emails that say so, within a quarter of an hour.",
                DEPOSITS,
                "deposits paid",
                DEPOSIT_MAILS,
                "emails sent",
            ),
            lines("Deposits without an email", "Within half an hour.", "missing", alert="DepositsWithoutMail"),
        ],
        "Webhooks": [
            lines(
                "Lag",
                "From Stripe's making an event to its place in the ledger, 95th percentile.",
                "95 %",
                unit="s",
                alert="WebhookLagHigh",
            ),
            lines(
                "Backlog",
                "Events that wait for the ledger, and for the mirror.",
                "max by (stage) (portal_webhook_backlog)",
                "{{stage}}",
                alert="WebhookBacklog",
            ),
            lines("Acknowledged in", "99th percentile.", "99 %", unit="s", alert="WebhookAcknowledgeSlow"),
            lines("Deliveries", "By result, per minute.", *_per_minute("portal_webhook_received_total", "result")),
        ],
        "Reconciliation": [
            lines(
                "Open discrepancies",
                "Differences between the ledger and Stripe, by kind.",
                "max by (kind) (portal_reconciliation_discrepancies)",
                "{{kind}}",
                alert="DiscrepanciesOpen",
            ),
            lines(
                "Broken rules of the ledger",
                "At the last hourly check, by rule.",
                "max by (invariant) (portal_invariant_violations)",
                "{{invariant}}",
                alert="LedgerRuleBroken",
            ),
            lines(
                "Last reconciliation",
                "How long ago one ended; it runs every night.",
                "ago",
                unit="s",
                alert="ReconciliationLate",
            ),
            lines(
                "Differences that reconciliation could not settle",
                "In a day, for an error of the portal or of Stripe.",
                "failed",
                alert="ReconciliationFindingsFailing",
            ),
        ],
        "Stripe account": [
            lines(
                "Payouts that failed",
                "That our bank did not take and finance has not dealt with.",
                "failed",
                alert="PayoutFailed",
            ),
            lines(
                "Account restricted",
                "1 while Stripe lets our account not charge, or not pay out.",
                "restricted",
                alert="StripeAccountRestricted",
            ),
        ],
        "Payment page": [
            lines(
                "Scripts and headers that are not approved",
                "At the last hourly check of the page as a browser receives it, by kind.",
                "max by (kind) (portal_payment_page_differences)",
                "{{kind}}",
                alert="PaymentPageChanged",
            ),
            lines(
                "Last found as approved",
                "How long ago; it is checked every hour.",
                "ago",
                unit="s",
                alert="PaymentPageUnchecked",
            ),
        ],
        "Anomalies": [
            lines(
                "Out of the usual range",
                "1: warning, 2: critical; the report is in the admin, under Anomalies.",
                "{{kpi}}",
                width=24,
                alert="FigureUnusual",
            )
        ],
    }
    return _board("Booking funnel", "booking-funnel", rows)


def service() -> dashboard.Dashboard:
    """The service itself: traffic, errors, speed, and the parts it leans on."""
    by_status = "sum by (status) (rate(django_http_responses_total_by_status_total[$__rate_interval]))"
    slowest = f"topk(10, histogram_quantile(0.95, sum by (le, view) ({VIEW_SECONDS})))"
    by_action = f"histogram_quantile(0.95, sum by (le, action) ({STRIPE_SECONDS}))"
    rows: Rows = {
        "Traffic": [
            lines("Requests", "By status, per second.", by_status, "{{status}}", unit="reqps"),
            lines(
                "Errors",
                "Share of answers that are server errors.",
                "portal:http_errors:ratio5m",
                "errors",
                unit="percentunit",
                alert="ErrorRateHigh",
            ),
            lines("Speed", "95th percentile of all answers.", "95 %", unit="s", alert="PagesSlow"),
            lines("Speed by view", "95th percentile, the ten slowest views.", slowest, "{{view}}", unit="s"),
        ],
        "What it leans on": [
            lines("Calls to Stripe", "95th percentile by action.", by_action, "{{action}}", unit="s"),
            lines(
                "Rings that the broker did not take",
                "Within five minutes; beat's sweeps do the work.",
                "lost",
                alert="BrokerUnreachable",
            ),
            lines(
                "Background work",
                "How long ago the worker last updated the roll-ups; it does so every few seconds.",
                "ago",
                unit="s",
                width=24,
                alert="WorkerSilent",
            ),
            lines("Places not released", "Within half an hour.", "kept", alert="PlacesNotReleased"),
            lines(
                "Content policy",
                "Breaches that browsers reported, within a quarter of an hour.",
                "reports",
                alert="ContentPolicyBroken",
            ),
        ],
        "Security": [
            lines(
                "Refusals",
                "Sign-ins, codes, forms and permissions refused or limited, within ten minutes.",
                "refused",
                alert="RefusalsBurst",
            ),
            lines(
                "Refusals by event",
                "What was tried, within ten minutes.",
                f"{REFUSALS.replace('sum(', 'sum by (event) (', 1)} > 0",
                "{{event}}",
            ),
        ],
    }
    return _board("Portal service", "portal-service", rows)
