"""The words of the shipped privacy page, made from the rules that the portal obeys: what it says is what happens."""

from django.utils.html import escape

from portal.accounts import personal_data

_BEFORE = (
    "<h2>Who we are</h2><p>We, the organisation named at the foot of this page, decide what happens with your data (we "
    "are the controller). Contact us there with any question about it.</p>"
    "<h2>What we use it for, and what allows us to</h2><ul>"
    "<li>Your account, bookings, payments and emails about them: to provide the care you book (contract, UK GDPR "
    "Article 6(1)(b)).</li>"
    "<li>What you tell us about the health and needs of the person you care for: so that our carers can look after them "
    "safely (legitimate interests, Article 6(1)(f); provision of social care by staff bound to secrecy, Article 9(2)(h) "
    "and Schedule 1 to the Data Protection Act 2018). Only our care team reads it.</li>"
    "<li>Records of payments and refunds: to keep the accounts the law asks for (legal obligation, Article 6(1)(c)).</li>"
    "<li>Security logs and backups: to protect your account and our service (legitimate interests).</li>"
    "<li>Linking your visits under a code: only with your consent (Article 6(1)(a)), which you can withdraw.</li></ul>"
    "<h2>Where it comes from</h2><p>From you, from our team when you call, and from Stripe about your payments. You may "
    "tell us about the person you care for on their behalf; please let them know.</p>"
    "<h2>Who else receives it</h2><ul>"
    "<li>Stripe, our payment provider: your card details go straight to them, and we never see them.</li>"
    "<li>The companies that host the portal, deliver our emails and deliver media files, on our instructions only.</li>"
    "<li>A service that knows breached passwords: five characters of a scrambled form of a new password, never the "
    "password or who you are.</li></ul>"
    "<p>We don't sell data, show advertising, or decide about you by computer alone. A provider may work outside the UK; "
    "then approved contracts or an adequacy decision protect your data.</p>"
    "<h2>How long we keep it</h2>"
)
_AFTER = (
    "<h2>Cookies</h2><p>We set only cookies that the site needs: to keep you signed in, to protect forms, and to show "
    "messages. Stripe sets its own on the payment page, to prevent fraud. We count visits without cookies, and count "
    "nothing of yours if your browser asks not to be tracked.</p>"
    "<h2>Your rights</h2><p>You can see your data, have it corrected, erased or limited, object to its use, receive a copy "
    "to take elsewhere, and withdraw consent. Sign in and open “Your data” to download a copy or erase your account, or "
    "contact us; we answer within a month.</p>"
    "<p>If you are not happy with our answer, you can complain to the Information Commissioner's Office (ICO): "
    '<a href="https://ico.org.uk/make-a-complaint/">ico.org.uk/make-a-complaint</a>.</p>'
)


def privacy_html() -> str:
    """The page's text as Wagtail's rich text; the terms come from each app's `RETENTION`."""
    rules = "".join(
        f"<li><b>{escape(rule.what)}</b>: {escape(rule.period[:1].lower() + rule.period[1:])}. {escape(rule.why)}</li>"
        for rule in personal_data.retention()
    )
    return f"{_BEFORE}<ul>{rules}</ul>{_AFTER}"
