"""Addresses of the readers' pages (design, section 5)."""

from django.urls import path, register_converter

from articles.converters import IssueKeyConverter, MonthDayConverter
from articles.feeds import NewestFeed, PublicationFeed, SearchFeed, TagFeed
from articles.kept_pages import kept
from articles.views import (
    api,
    browser,
    citing,
    crawling,
    days,
    lists,
    operations,
    places,
    preferences,
    previewing,
    printed,
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
    path("", kept(places.home), name="home"),
    path("healthz", operations.healthz, name="healthz"),
    path(
        "publications/",
        kept(publications.PublicationList.as_view()),
        name="publications",
    ),
    path("articles/<int:pk>/", kept(reading.article), name="article"),
    path("preview/<str:token>/", previewing.preview, name="preview"),
    path("preferences/", preferences.preferences, name="preferences"),
    # What browsers fetch by themselves
    path("offline/", browser.offline, name="offline"),
    path("sw.js", browser.service_worker, name="service_worker"),
    path("prefetch.json", browser.speculation_rules, name="speculation_rules"),
    # /search/…
    path("search/", kept(searching.search), name="search"),
    path("search/complete/", searching.complete, name="complete"),
    path("search/advanced/", kept(searching.advanced_search), name="advanced_search"),
    path("kwic/", researching.keyword_in_context, name="kwic"),
    path("trends/", trends.trends, name="trends"),
    path("feeds/search/", SearchFeed(), name="search_feed"),
    path("feeds/", NewestFeed(), name="newest_feed"),
    path("feeds/publications/<str:slug>/", PublicationFeed(), name="publication_feed"),
    path("feeds/tags/<str:slug>/", TagFeed(), name="tag_feed"),
    # Citations
    path(
        "articles/<int:pk>/citation.<str:extension>", citing.citation, name="citation"
    ),
    path("citations.<str:extension>", citing.citations, name="citations"),
    path("reading-list/", citing.reading_list, name="reading_list"),
    # Crawlers and browsers
    path("sitemap.xml", crawling.sitemap_index, name="sitemap_index"),
    path("sitemap-<str:section>-<int:number>.xml", crawling.sitemap, name="sitemap"),
    path("robots.txt", crawling.robots, name="robots"),
    path("opensearch.xml", crawling.opensearch, name="opensearch"),
    # /api/v1/…
    path("api/v1/search/", api.search, name="api_search"),
    path("api/v1/articles/<int:pk>/", api.article, name="api_article"),
    path("api/v1/openapi.json", api.openapi, name="openapi"),
    path("api/<path:rest>", api.unknown, name="api_unknown"),
    # /tags/…
    path("tags/", kept(lists.tags), name="tags"),
    path("tags/<str:slug>/", kept(lists.tag), name="tag"),
    # /authors/…
    path("authors/", kept(lists.authors), name="authors"),
    path("authors/<str:slug>/", kept(lists.author), name="author"),
    # /on-this-day/…
    path("on-this-day/", kept(days.today), name="on_this_day"),
    path("on-this-day/<day:day>/", kept(days.on_this_day), name="on_this_day_of"),
    # /<publication>/…
    path("<str:slug>/", kept(publications.publication), name="publication"),
    path("<str:slug>/<issue:key>/", kept(places.issue), name="issue"),
    path("<str:slug>/<issue:key>/<str:label>/", kept(printed.page), name="page"),
]
