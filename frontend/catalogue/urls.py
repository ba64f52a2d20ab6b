from __future__ import annotations

from django.urls import path

from frontend.catalogue import files, views

app_name = "catalogue"
urlpatterns = [
    path("", views.product_list, name="product-list"),
    path("export/<str:fmt>/", views.product_export, name="product-export"),
    path("products/<uuid:pk>/", views.product_detail, name="product-detail"),
    path("companies/", views.company_list, name="company-list"),
    path("companies/<slug:code>/", views.company_detail, name="company-detail"),
    path("photos/<uuid:pk>/", files.photo, name="photo"),
    path("documents/<uuid:pk>/", files.document, name="document"),
]
