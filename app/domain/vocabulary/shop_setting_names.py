"""What the settings of a shop are called, in words for people."""

from resources.words import translate

_TAX_RATE = "tax_rate."


def setting_name(name: str) -> str:
    """The name of a setting in words; a setting of a newer release is shown as it is called."""
    if name.startswith(_TAX_RATE):
        return translate("shop settings", "Tax rate {key}").format(key=name.removeprefix(_TAX_RATE))
    return {
        "refuse_unconditional": translate("shop settings", "Refuse counts that are based on nothing"),
        "require_second_factor": translate("shop settings", "Managers also need a code to sign in"),
        "adds_tax": translate("shop settings", "Prices"),
        "tax_rounding": translate("shop settings", "Tax is rounded"),
        "cash_step_minor": translate("shop settings", "Smallest coin that cash is rounded to"),
        "clerk_discount_ppm_max": translate("shop settings", "Discount a clerk may give alone"),
        "low_stock": translate("shop settings", "Stock is low at or below"),
        "payment_methods": translate("shop settings", "Payment methods"),
        "receipt_header": translate("shop settings", "Lines above each receipt"),
        "receipt_footer": translate("shop settings", "Lines below each receipt"),
        "refund_days": translate("shop settings", "Days in which a receipt can be refunded"),
        "quantity_max": translate("shop settings", "Largest plausible quantity"),
        "amount_minor_max": translate("shop settings", "Largest plausible amount"),
    }.get(name, name)
