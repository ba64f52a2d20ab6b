from django.db import migrations


class Migration(migrations.Migration):
    """Needs are numbered by a sequence: NM-<year>-<n>."""

    dependencies = [("tenders", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE tenders_need_number;", "DROP SEQUENCE tenders_need_number;"),
    ]
