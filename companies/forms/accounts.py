"""Forms for signing in and up, one's account, members, tokens and claims. They parse; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from companies.auth import parse_address
from companies.enums import CompanyKind, Role
from companies.models import Company, Province
from core.errors import DomainError


class AddressField(forms.CharField):
    """A phone number or an e-mail address; stays as it was typed, the service normalises it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Phone number or e-mail"))
        kwargs.setdefault("max_length", 254)
        super().__init__(**kwargs)
        self.widget.attrs.update(
            {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text:
            try:
                parse_address(text)
            except DomainError as error:
                raise forms.ValidationError(error.message) from None
        return text


def password_input(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete})


class SignInForm(forms.Form):
    """The password may be left out when a code is asked for."""

    address = AddressField()
    password = forms.CharField(
        label=_("Password"), strip=False, required=False, widget=password_input("current-password")
    )

    def wants_code(self) -> bool:
        return self.data.get("act") == "code"

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not password and not self.wants_code():
            raise forms.ValidationError(_("Type the password, or have a code sent to you."))
        return password


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        help_text=_("Six digits."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-input"}
        ),
    )


class NewAccountCodeForm(CodeForm):
    """The code, and a password for those who want one."""

    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        required=False,
        widget=password_input("new-password"),
        help_text=_("At least 10 characters. Without one you sign in with a code each time."),
    )


KINDS = [(kind.value, kind.label) for kind in CompanyKind if kind != CompanyKind.AGENCY]
NEW, CLAIM, NONE = "new", "claim", "none"


class CompanyFoundForm(forms.Form):
    """What a new company is."""

    kind = forms.ChoiceField(label=_("What is your company?"), choices=[("", "---"), *KINDS])
    company_name = forms.CharField(label=_("Name of the company"), max_length=200)
    province = forms.ModelChoiceField(label=_("Province"), queryset=Province.objects.all(), empty_label="---")
    tax_code = forms.CharField(
        label=_("Tax code"),
        max_length=14,
        required=False,
        help_text=_("With it the agency confirms you faster."),
    )

    # Where the service's fields have other names here.
    FIELD_OF = {"name_vi": "company_name"}

    def company_fields(self) -> dict[str, Any]:
        """What `found_company` takes."""
        return {
            "kind": self.cleaned_data["kind"],
            "name_vi": self.cleaned_data["company_name"],
            "province": self.cleaned_data["province"],
            "tax_code": self.cleaned_data["tax_code"],
        }


class SignUpForm(CompanyFoundForm):
    """A person, and what they come for: a new company, one that is in the catalogue already, or neither."""

    field_order = ["full_name", "address", "what"]

    full_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    address = AddressField(help_text=_("We send a code to it."))
    what = forms.ChoiceField(
        label=_("Your company"),
        choices=[
            (NEW, _("is not on Offtake yet: register it")),
            (CLAIM, _("is in the catalogue already: claim it after signing up")),
            (NONE, _("not now")),
        ],
        initial=NEW,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "company_name", "province"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("what") == NEW:
            for name in ("kind", "company_name", "province"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed to register the company."))
        return data


class ProfileForm(forms.Form):
    full_name = forms.CharField(label=_("Your name"), max_length=120)
    language = forms.ChoiceField(
        label=_("Language of messages"), choices=[("vi", _("Vietnamese")), ("en", _("English"))]
    )


class NewAddressForm(forms.Form):
    address = AddressField(label=_("New phone number or e-mail"))


class PasswordForm(forms.Form):
    old_password = forms.CharField(
        label=_("Present password"), strip=False, required=False, widget=password_input("current-password")
    )
    new_password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=password_input("new-password"),
        help_text=_("At least 10 characters."),
    )


class DeleteForm(forms.Form):
    sure = forms.BooleanField(label=_("Yes, delete my account. I know that there is no way back."))


class MemberInviteForm(forms.Form):
    address = AddressField()
    full_name = forms.CharField(label=_("Name"), max_length=120, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.EDITOR)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].widget.attrs["autocomplete"] = "off"


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class JoinForm(forms.Form):
    """Someone without an account accepts an invitation."""

    full_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        required=False,
        widget=password_input("new-password"),
        help_text=_("At least 10 characters. Without one you sign in with a code each time."),
    )


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What uses it, for example: stock system.")
    )
    company = forms.ModelChoiceField(
        label=_("Acts for"),
        queryset=Company.objects.none(),
        required=False,
        empty_label=_("me, and all my companies"),
    )

    def __init__(self, *args: Any, companies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = companies  # type: ignore[attr-defined]


class ClaimForm(forms.Form):
    proof = forms.CharField(
        label=_("How can the agency see that it is yours?"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=_("Your position, the number of the business registration, whom they may call."),
    )
    file = forms.FileField(
        label=pgettext_lazy("claim", "Document"),
        required=False,
        help_text=_("The business registration or a stamped letter: a PDF or a photo, at most 10 MB."),
    )


class CompanyEditForm(forms.ModelForm):
    """A company's own description; what may change is decided by `companies.services.companies`."""

    website = forms.URLField(
        label=capfirst(_("website")), required=False, max_length=200, assume_scheme="https"
    )

    class Meta:
        model = Company
        fields = [
            "name_vi", "name_en", "province", "address", "phone", "email", "website", "founded_on",
            "members_count", "story_vi", "story_en",
        ]  # fmt: skip
        widgets = {
            "founded_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    def _post_clean(self) -> None:
        """The service builds and checks the row; the form only parses."""
