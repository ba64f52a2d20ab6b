from django.urls import path

from frontend.verification import views

app_name = "verification"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("<slug:kind>/", views.queue, name="queue-of"),
    path("<slug:kind>/<uuid:pk>/", views.item, name="item"),
]
