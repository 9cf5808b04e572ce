"""Addresses of the readers' pages (design, section 5)."""

from django.urls import path, register_converter

from articles import views
from articles.converters import IssueKeyConverter

register_converter(IssueKeyConverter, "issue")

urlpatterns = [
    # /
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("publications/", views.PublicationList.as_view(), name="publications"),
    path("articles/<int:pk>/", views.article, name="article"),
    path("search/", views.search, name="search"),
    # /tags/…
    path("tags/", views.TagList.as_view(), name="tags"),
    path("tags/<str:slug>/", views.TagArticles.as_view(), name="tag"),
    # /authors/…
    path("authors/", views.AuthorList.as_view(), name="authors"),
    path("authors/<str:slug>/", views.AuthorArticles.as_view(), name="author"),
    # /<publication>/…
    path("<str:slug>/", views.publication, name="publication"),
    path("<str:slug>/<issue:key>/", views.issue, name="issue"),
    path("<str:slug>/<issue:key>/<str:label>/", views.page, name="page"),
]
