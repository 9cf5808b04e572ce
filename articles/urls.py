"""Addresses of the readers' pages (design, section 5)."""

from django.urls import path, register_converter

from articles.converters import IssueKeyConverter, MonthDayConverter
from articles.feeds import SearchFeed
from articles.views import (
    api,
    days,
    lists,
    operations,
    places,
    publications,
    reading,
    researching,
    searching,
    trends,
)

register_converter(IssueKeyConverter, "issue")
register_converter(MonthDayConverter, "day")

urlpatterns = [
    # /
    path("", places.home, name="home"),
    path("healthz", operations.healthz, name="healthz"),
    path("publications/", publications.PublicationList.as_view(), name="publications"),
    path("articles/<int:pk>/", reading.article, name="article"),
    # /search/…
    path("search/", searching.search, name="search"),
    path("search/complete/", searching.complete, name="complete"),
    path("search/advanced/", searching.advanced_search, name="advanced_search"),
    path("kwic/", researching.keyword_in_context, name="kwic"),
    path("trends/", trends.trends, name="trends"),
    path("feeds/search/", SearchFeed(), name="search_feed"),
    # /api/v1/…
    path("api/v1/search/", api.search, name="api_search"),
    path("api/v1/articles/<int:pk>/", api.article, name="api_article"),
    path("api/v1/openapi.json", api.openapi, name="openapi"),
    path("api/<path:rest>", api.unknown, name="api_unknown"),
    # /tags/…
    path("tags/", lists.tags, name="tags"),
    path("tags/<str:slug>/", lists.tag, name="tag"),
    # /authors/…
    path("authors/", lists.authors, name="authors"),
    path("authors/<str:slug>/", lists.author, name="author"),
    # /on-this-day/…
    path("on-this-day/", days.today, name="on_this_day"),
    path("on-this-day/<day:day>/", days.on_this_day, name="on_this_day_of"),
    # /<publication>/…
    path("<str:slug>/", publications.publication, name="publication"),
    path("<str:slug>/<issue:key>/", places.issue, name="issue"),
    path("<str:slug>/<issue:key>/<str:label>/", places.page, name="page"),
]
