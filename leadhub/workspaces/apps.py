from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    name = "leadhub.workspaces"
    label = "workspaces"
