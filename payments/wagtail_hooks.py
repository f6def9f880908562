"""Registers finance's listings."""

from wagtail_modeladmin.options import modeladmin_register

from payments.admin.viewsets import FinanceGroup

modeladmin_register(FinanceGroup)
