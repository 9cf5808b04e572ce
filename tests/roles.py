"""The table of who may do what in the admin. tests/test_roles.py tries it, and says what is missing.

A new address or action needs a line here: the failing test prints it, as it was answered, to be
read and pasted. Columns are those of ROLES.
"""

# Nobody signed in, somebody of the staff without a group, then the groups of articles/roles.py.
ROLES = ("anonymous", "staff", "记者", "编辑", "主编", "管理员")

# By the name of the address: the statuses of GET, and after | those of an empty POST where it
# answers otherwise. 302 of an object's page: it is not there for this user.
ADDRESSES = {
    "articles_article_compare": "302 403 200 200 200 200",
    "articles_article_restore": "302 403 403 200 200 200",
    "articles_change_export": "302 403 403 403 200 200",
    "articles_change_undo": "302 403 403 403 200 200 | 302 403 403 403 302 302",
    "articles_change_changelist": "302 403 403 403 200 200",
    "articles_change_add": "302 403 403 403 403 403",
    "articles_change_history": "302 403 403 403 200 200",
    "articles_change_delete": "302 403 403 403 403 403",
    "articles_change_change": "302 403 403 403 200 200",
    "articles_changedrecord_changelist": "302 403 200 200 200 200",
    "articles_changedrecord_add": "302 403 403 403 403 403",
    "articles_changedrecord_history": "302 302 302 302 200 200",
    "articles_changedrecord_delete": "302 403 403 403 403 403",
    "articles_changedrecord_change": "302 404 404 404 200 200",
    "articles_contributor_compare": "302 403 200 200 200 200",
    "articles_contributor_restore": "302 403 403 404 404 404",
    "articles_issue_compare": "302 403 200 200 200 200",
    "articles_issue_restore": "302 403 403 404 404 404",
    "articles_lexiconword_compare": "302 403 403 200 200 200",
    "articles_lexiconword_restore": "302 403 403 404 404 404",
    "articles_page_compare": "302 403 200 200 200 200",
    "articles_page_restore": "302 403 403 404 404 404",
    "articles_publication_compare": "302 403 200 200 200 200",
    "articles_publication_restore": "302 403 403 403 404 404",
    "taggit_tag_compare": "302 403 200 200 200 200",
    "taggit_tag_restore": "302 403 403 404 404 404",
    "app_list": "302 404 200 200 200 200",
    "articles_article_add": "302 403 200 200 200 200",
    "articles_article_change": "302 403 200 200 200 200 | 302 403 403 200 200 200",
    "articles_article_changelist": "302 403 200 200 200 200",
    "articles_article_delete": "302 403 403 403 200 200",
    "articles_article_edit_lock": "302 405 405 405 405 405 | 302 403 403 200 200 200",
    "articles_article_preview": "302 403 200 200 200 200 | 302 403 403 302 302 302",
    "articles_article_publish": "302 403 403 403 200 200",
    "articles_article_history": "302 403 200 200 200 200",
    "articles_article_paste": "302 403 200 200 200 200",
    "articles_article_photos": "302 403 405 405 405 405 | 302 403 400 400 400 400",
    "articles_article_suggest_tags": "302 405 405 405 405 405 | 302 403 200 200 200 200",
    "articles_article_suggested_tags": "302 403 403 200 200 200",
    "articles_article_tag_names": "302 403 200 200 200 200 | 302 405 405 405 405 405",
    "articles_contributor_add": "302 403 403 200 200 200",
    "articles_contributor_change": "302 403 200 200 200 200 | 302 403 403 200 200 200",
    "articles_contributor_changelist": "302 403 200 200 200 200",
    "articles_contributor_delete": "302 403 403 403 200 200",
    "articles_contributor_history": "302 403 200 200 200 200",
    "articles_import": "302 403 403 200 200 200",
    "articles_import_aside": "302 403 403 404 404 404",
    "articles_import_run": "302 403 403 405 405 405 | 302 403 403 302 302 302",
    "articles_issue_add": "302 403 403 200 200 200",
    "articles_issue_change": "302 403 200 200 200 200 | 302 403 403 200 200 200",
    "articles_issue_changelist": "302 403 200 200 200 200",
    "articles_issue_delete": "302 403 403 403 200 200",
    "articles_issue_gaps": "302 403 200 200 200 200",
    "articles_issue_history": "302 403 200 200 200 200",
    "articles_nearduplicate_find": "302 403 403 405 405 405 | 302 403 403 302 302 302",
    "articles_job_progress": "302 403 404 200 200 200",
    "articles_job_stop": "302 403 404 405 405 405 | 302 403 404 302 302 302",
    "articles_job_again": "302 403 404 405 405 405 | 302 403 404 302 302 302",
    "articles_job_history": "302 302 302 200 200 200",
    "articles_job_change": "302 403 404 200 200 200",
    "articles_job_changelist": "302 403 200 200 200 200",
    "articles_job_add": "302 403 403 403 403 403",
    "articles_job_delete": "302 403 403 403 403 403",
    "articles_lexiconword_add": "302 403 403 200 200 200",
    "articles_lexiconword_change": "302 403 403 200 200 200",
    "articles_lexiconword_changelist": "302 403 403 200 200 200",
    "articles_lexiconword_delete": "302 403 403 403 200 200",
    "articles_lexiconword_history": "302 403 403 200 200 200",
    "articles_lexiconword_import": "302 403 403 200 200 200",
    "articles_lexiconword_export": "302 403 403 200 200 200",
    "articles_nearduplicate_add": "302 403 403 403 403 403",
    "articles_nearduplicate_change": "302 403 403 200 200 200",
    "articles_nearduplicate_changelist": "302 403 403 200 200 200",
    "articles_nearduplicate_delete": "302 403 403 403 200 200",
    "articles_nearduplicate_history": "302 404 404 200 200 200",
    "articles_nearduplicate_compare": "302 404 404 200 200 200",
    "articles_nearduplicate_restore": "302 404 404 404 404 404",
    "articles_page_add": "302 403 403 200 200 200",
    "articles_page_change": "302 403 200 200 200 200 | 302 403 403 200 200 200",
    "articles_page_changelist": "302 403 200 200 200 200",
    "articles_page_delete": "302 403 403 403 200 200",
    "articles_page_history": "302 403 200 200 200 200",
    "articles_page_original": "302 403 403 404 404 404",
    "articles_photo_original": "302 403 403 404 404 404",
    "articles_publication_add": "302 403 403 403 200 200",
    "articles_publication_change": "302 403 200 200 200 200 | 302 403 403 403 200 200",
    "articles_publication_changelist": "302 403 200 200 200 200",
    "articles_publication_delete": "302 403 403 403 403 200",
    "articles_publication_history": "302 403 200 200 200 200",
    "articles_searchdocument_add": "302 403 403 403 403 403",
    "articles_searchdocument_change": "302 403 403 403 403 200 | 302 403 403 403 403 403",
    "articles_searchdocument_changelist": "302 403 403 403 403 200",
    "articles_searchdocument_delete": "302 403 403 403 403 403",
    "articles_searchdocument_history": "302 403 403 403 403 200",
    "articles_wordcandidate_add": "302 403 403 403 403 403",
    "articles_wordcandidate_change": "302 403 403 200 200 200",
    "articles_wordcandidate_changelist": "302 403 403 200 200 200",
    "articles_wordcandidate_delete": "302 403 403 403 403 403",
    "articles_wordcandidate_find": "302 403 403 405 405 405 | 302 403 403 302 302 302",
    "articles_wordcandidate_history": "302 403 403 200 200 200",
    "articles_wordcandidate_compare": "302 403 403 200 200 200",
    "articles_wordcandidate_restore": "302 403 403 404 404 404",
    "auth_group_add": "302 403 403 403 403 200",
    "auth_group_change": "302 403 403 403 403 200",
    "auth_group_changelist": "302 403 403 403 403 200",
    "auth_group_delete": "302 403 403 403 403 200",
    "auth_group_history": "302 403 403 403 403 200",
    "auth_user_add": "302 403 403 403 403 200",
    "auth_user_change": "302 403 403 403 403 200",
    "auth_user_changelist": "302 403 403 403 403 200",
    "auth_user_delete": "302 403 403 403 403 200",
    "auth_user_history": "302 403 403 403 403 200",
    "auth_user_password_change": "302 403 403 403 403 200",
    "autocomplete": "302 403 200 200 200 200 | 302 405 405 405 405 405",
    "index": "302 200 200 200 200 200",
    "jsi18n": "302 200 200 200 200 200 | 302 405 405 405 405 405",
    "login": "200 302 302 302 302 302 | 200 200 200 200 200 200",
    "logout": "302 405 405 405 405 405 | 302 200 200 200 200 200",
    "password_change": "302 200 200 200 200 200",
    "password_change_done": "302 200 200 200 200 200 | 302 405 405 405 405 405",
    "taggit_tag_add": "302 403 403 200 200 200",
    "taggit_tag_change": "302 403 200 200 200 200 | 302 403 403 200 200 200",
    "taggit_tag_changelist": "302 403 200 200 200 200",
    "taggit_tag_delete": "302 403 403 403 200 200",
    "taggit_tag_load_tree": "302 403 403 200 200 200",
    "taggit_tag_history": "302 403 200 200 200 200",
    "view_on_site": "302 302 302 302 302 302",
}

# Of each list, the actions with the groups to which they are offered.
ACTIONS: dict[str, dict[str, str]] = {
    "articles_changedrecord": {"restore": "记者 编辑 主编 管理员"},
    "articles_article": {
        "send_to_review": "记者 编辑 主编 管理员",
        "send_back": "记者 编辑 主编 管理员",
        "delete_selected": "主编 管理员",
        "publish": "主编 管理员",
        "withdraw": "主编 管理员",
        "make_draft": "主编 管理员",
        "add_tags": "记者 编辑 主编 管理员",
        "remove_tags": "记者 编辑 主编 管理员",
    },
    "articles_contributor": {
        "delete_selected": "主编 管理员",
    },
    "articles_issue": {
        "delete_selected": "主编 管理员",
    },
    "articles_lexiconword": {
        "bring_into_use": "编辑 主编 管理员",
        "remove": "主编 管理员",
    },
    "articles_wordcandidate": {
        "accept": "编辑 主编 管理员",
        "reject": "编辑 主编 管理员",
        "reopen": "编辑 主编 管理员",
    },
    "articles_nearduplicate": {
        "same": "编辑 主编 管理员",
        "different": "编辑 主编 管理员",
        "delete_selected": "主编 管理员",
    },
    "articles_page": {
        "delete_selected": "主编 管理员",
    },
    "articles_publication": {
        "delete_selected": "管理员",
    },
    "auth_group": {
        "delete_selected": "管理员",
    },
    "auth_user": {
        "delete_selected": "管理员",
    },
    "taggit_tag": {
        "merge_tags": "编辑 主编 管理员",
        "delete_selected": "主编 管理员",
    },
}

# What an address needs besides the object that its name tells: its arguments, by the names of
# the records in test_roles.records, and its parameters.
ARGUMENTS = {
    "view_on_site": ("content_type", "articles_article"),
    "app_list": ("app_label",),
    "articles_import_aside": ("import_check",),
    "articles_import_run": ("import_check",),
    "articles_article_suggested_tags": ("articles_article",),
    "auth_user_password_change": ("auth_user",),
    # A version of the article: other records have none of this number.
    **{
        f"{record}_restore": (record, "version")
        for record in (
            *(
                "articles_article",
                "articles_page",
                "articles_issue",
                "articles_publication",
            ),
            *(
                "articles_contributor",
                "articles_nearduplicate",
                "articles_wordcandidate",
                "articles_lexiconword",
                "taggit_tag",
            ),
        )
    },
}
PARAMETERS = {
    "autocomplete": {"app_label": "articles", "model_name": "article", "field_name": "page", "term": ""},
    "articles_article_tag_names": {
        "app_label": "articles", "model_name": "taggedarticle", "field_name": "tag", "term": "",
    },
}  # fmt: skip

# What each may do with an article: see it, change it, delete it.
_NOBODY = {"anonymous": "-", "staff": "-"}
_CHIEFS = {"主编": "scd", "管理员": "scd"}
ARTICLES = {
    "own draft": {**_NOBODY, "记者": "scd", "编辑": "scd", **_CHIEFS},
    "draft": {**_NOBODY, "记者": "-", "编辑": "sc", **_CHIEFS},
    "own in review": {**_NOBODY, "记者": "s", "编辑": "sc", **_CHIEFS},
    "in review": {**_NOBODY, "记者": "-", "编辑": "sc", **_CHIEFS},
    "scheduled": {**_NOBODY, "记者": "-", "编辑": "s", **_CHIEFS},
    "published": {**_NOBODY, "记者": "s", "编辑": "sc", **_CHIEFS},
    "withdrawn": {**_NOBODY, "记者": "s", "编辑": "sc", **_CHIEFS},
}

# The steps of articles/workflow.py that each finds as buttons in the form.
_DRAFT = {"编辑": "review", "主编": "review publish", "管理员": "review publish"}
_REVIEW = {"编辑": "back", "主编": "publish back", "管理员": "publish back"}
_WITHDRAWN = {"主编": "publish draft", "管理员": "publish draft"}
STEPS = {
    "own draft": {"记者": "review", **_DRAFT},
    "draft": _DRAFT,
    "own in review": _REVIEW,
    "in review": _REVIEW,
    "scheduled": {"主编": "publish back", "管理员": "publish back"},
    "published": {"主编": "withdraw draft", "管理员": "withdraw draft"},
    "withdrawn": _WITHDRAWN,
}
