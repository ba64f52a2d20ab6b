from django.urls import path

from frontend.home import views

app_name = "home"
urlpatterns = [
    path("", views.index, name="index"),
    path("more/", views.more, name="more"),
    path("language/", views.set_language, name="language-set"),
]
