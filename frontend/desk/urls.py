from django.urls import path

from frontend.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("fits/", views.fits, name="fits"),
]
