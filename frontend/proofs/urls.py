from django.urls import path

from frontend.proofs import views

app_name = "proofs"
urlpatterns = [
    path("", views.proof_list, name="proof-list"),
    path("<slug:kind>/add/", views.proof_add, name="proof-add"),
    path("<slug:kind>/<uuid:pk>/edit/", views.proof_edit, name="proof-edit"),
    path("<slug:kind>/<uuid:pk>/delete/", views.proof_delete, name="proof-delete"),
]
