"""The payment page as PCI DSS 4.0.1 sees it: which scripts and headers it has (6.4.3), and that it still has them as
a browser receives it (11.6.1)."""
