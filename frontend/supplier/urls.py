from __future__ import annotations

from django.urls import path

from frontend.supplier import capacity, views

app_name = "supplier"
urlpatterns = [
    path("products/", views.product_list, name="product-list"),
    path("products/new/", views.product_create, name="product-create"),
    path("products/<uuid:pk>/", views.product_edit, name="product-edit"),
    path("products/<uuid:pk>/prices/", views.price_tiers, name="product-prices"),
    path("products/<uuid:pk>/photos/", views.photo_add, name="photo-add"),
    path("photos/<uuid:pk>/remove/", views.photo_remove, name="photo-remove"),
    path("photos/<uuid:pk>/first/", views.photo_first, name="photo-first"),
    path("products/<uuid:pk>/published/", views.product_publish, name="product-publish"),
    path("products/<uuid:pk>/delete/", views.product_delete, name="product-delete"),
    path("products/<uuid:pk>/capacity/", capacity.overview, name="capacity"),
    path("products/<uuid:pk>/capacity/state/<str:method>/", capacity.state, name="capacity-state"),
    path("products/<uuid:pk>/capacity/correct/", capacity.correct, name="capacity-correct"),
    path("products/<uuid:pk>/capacity/check/", capacity.check, name="capacity-check"),
    path("capacity/<uuid:pk>/confirm/", capacity.confirm, name="capacity-confirm"),
]
