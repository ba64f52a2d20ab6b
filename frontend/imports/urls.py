from django.urls import path

from frontend.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.import_list, name="import-list"),
    path("<uuid:pk>/", views.import_detail, name="import-detail"),
    path("<uuid:pk>/progress/", views.import_progress, name="import-progress"),
    path("<uuid:pk>/columns/", views.import_map, name="import-map"),
    path("<uuid:pk>/write/", views.import_write, name="import-write"),
    path("<uuid:pk>/rejected.xlsx", views.import_rejected, name="import-rejected"),
]
