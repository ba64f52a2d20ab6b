from django.urls import path

from frontend.accounts import account, companies, entering, members, notices

app_name = "accounts"
urlpatterns = [
    path("sign-in/", entering.sign_in, name="sign-in"),
    path("sign-up/", entering.sign_up, name="sign-up"),
    path("sign-out/", entering.sign_out, name="sign-out"),
    path("code/", entering.code, name="code"),
    path("code/again/", entering.code_again, name="code-again"),
    path("profile/", account.profile, name="profile"),
    path("profile/sessions/end/", account.sessions_end, name="sessions-end"),
    path("profile/data/", account.data_export, name="data-export"),
    path("profile/delete/", account.account_delete, name="account-delete"),
    path("companies/", companies.choose, name="company-choose"),
    path("companies/new/", companies.create, name="company-create"),
    path("company/", companies.edit, name="company-edit"),
    path("company/ask/", companies.ask, name="company-ask"),
    path("claims/", companies.claim_search, name="claim-search"),
    path("claims/<slug:code>/", companies.claim, name="claim-make"),
    path("members/", members.member_list, name="member-list"),
    path("members/<uuid:pk>/role/", members.member_change, name="member-change"),
    path("members/<uuid:pk>/revoke/", members.member_revoke, name="member-revoke"),
    path("members/invitations/<uuid:pk>/revoke/", members.invitation_revoke, name="invitation-revoke"),
    path("join/<uuid:pk>/", members.membership_join, name="membership-join"),
    path("tokens/", notices.token_list, name="token-list"),
    path("tokens/<uuid:pk>/revoke/", notices.token_revoke, name="token-revoke"),
    path("notifications/", notices.notification_list, name="notification-list"),
    path("notifications/<uuid:pk>/open/", notices.notification_open, name="notification-open"),
    path("notifications/read/", notices.notification_read_all, name="notification-read-all"),
]
