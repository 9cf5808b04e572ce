"""An article before it is published, for whoever has a link to it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import previews
from articles.models import Article
from articles.views.reading import page_of, with_parts


@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page that readers will get; 410 after the link's time, then their own page."""
    response = _answer(request, token)
    # The link is the only key: nothing on the way may keep or tell it.
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    try:
        article = previews.find(token)
    except previews.EndedError:
        return render(request, "articles/preview_ended.html", status=410)
    if article is None:
        raise Http404(_("没有这个预览。"))
    if article.is_published:
        return redirect(article)
    complete = with_parts(Article.objects.all()).get(pk=article.pk)
    return page_of(request, complete, is_preview=True)
