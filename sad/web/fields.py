"""Form fields that read what people really type, and the form they belong to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import request
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from stdnum.exceptions import ValidationError as NumberError
from stdnum.fr import siret as siret_number
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import Field, FieldList, FormField, SelectMultipleField, StringField, ValidationError
from wtforms.fields import FileField, PasswordField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, DateInput, DateTimeLocalInput, EmailInput, FileInput, ListWidget

from sad.domain.calendar import PARIS, paris_instant
from sad.domain.errors import Refusal, Refused
from sad.letters.wording import number
from sad.storage import LIMITS_SENTENCE, MAX_FILES, CheckedFile, UploadedFile, check_files
from sad.web.typed import read_date, read_decimal, read_hour, without_controls, without_spaces

SENDING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
CONTROLS = {
    "HiddenField": "hidden",
    "CSRFTokenField": "hidden",
    "BooleanField": "boolean",
    "RadioField": "radios",
    "SelectField": "select",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a field, for the list at the top of the form: where it is, what it is called, what is wrong."""

    anchor: str
    label: str
    message: str


class Form(FlaskForm):
    """A form of ours: text is stripped, messages are French, and the refusals of an act find their field."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            if issubclass(unbound_field.field_class, StringField) and not issubclass(unbound_field.field_class, PasswordField):
                options = {**options, "filters": [strip, *unbound_field.kwargs.get("filters", ())]}
            return unbound_field.bind(form=form, **options)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What the form declares as texts from the texts sent, as files from the files; of anything else, nothing."""
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            if request.method not in SENDING:
                return None
            files = {field.name for field in form if isinstance(field, FileField)}
            sent = [(name, value) for name, value in request.form.items(multi=True) if name not in files]
            return MultiDict([*sent, *((name, value) for name, value in request.files.items(multi=True) if name in files)]) or None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refusals: tuple[Refusal, ...] = ()

    @property
    def has_files(self) -> bool:
        """Does the form send files?"""
        return any(isinstance(field, FileField) for field in self)

    def take(self, refused: Refused) -> None:
        """Show each refusal beside the field it names, the others at the top."""
        self.refusals = tuple(one for one in refused.refusals if one.field not in self)
        for one in refused.refusals:
            if one.field in self:
                field = self[one.field]
                field.errors = [*field.errors, str(one)]

    def faults(self) -> list[Fault]:
        """Every fault of every field, in the order of the page."""
        return [Fault(_anchor(field), field.label.text, str(error)) for field in _leaves(self) for error in field.errors]


class Required:
    """The field must be filled; a value that could not be read keeps its own fault, and spaces alone are nothing."""

    field_flags = {"required": True}

    def __init__(self, message: str = "Ce champ est à remplir.") -> None:
        self.message = message

    def __call__(self, form: Any, field: Field) -> None:
        if field.process_errors:
            raise StopValidation
        if field.data is None or field.data is False or field.data in ("", []):
            field.errors[:] = []
            raise StopValidation(self.message)


class DecimalField(StringField):
    """A decimal number as people type it: `1 234,50`, `1234.5`, with any kind of space, with or without its sign €."""

    def __init__(
        self, *args: Any, places: int = 2, minimum: Decimal | int | None = 0, maximum: Decimal | int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places, self.minimum, self.maximum = places, minimum, maximum

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        typed = read_decimal(valuelist[0]) if valuelist else None
        self.data = None if typed is None else self._checked(typed)

    def _checked(self, value: Decimal) -> Decimal:
        if value != round(value, self.places):
            raise ValueError(f"Au plus {self.places} chiffres après la virgule." if self.places else "Écrivez un nombre entier.")
        if self.minimum is not None and value < self.minimum:
            raise ValueError(f"Au moins {number(self.minimum)}.")
        if self.maximum is not None and value > self.maximum:
            raise ValueError(f"Au plus {number(self.maximum)}.")
        return value

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        try:
            return "" if self.data is None else f"{Decimal(self.data):f}".replace(".", ",")
        except InvalidOperation:
            return str(self.data)


class IntegerField(DecimalField):
    """A whole number, with any kind of space between its thousands."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, places=0, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = None if self.data is None else int(self.data)


class SiretField(StringField):
    """A SIRET, kept as its 14 digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        digits = without_spaces(self.data or "")
        if not digits:
            return
        if not digits.isascii() or not digits.isdigit() or len(digits) != 14:
            raise ValueError("Un SIRET a 14 chiffres : 9 pour l’entreprise, 5 pour l’établissement.")
        try:
            self.data = siret_number.validate(digits)
        except NumberError:
            raise ValueError("Ce SIRET contient une faute de frappe : sa clé de contrôle ne tombe pas juste.") from None


class EmailField(StringField):
    """An e-mail address, kept in lower case."""

    widget = EmailInput()

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if not self.data or validation_stopped:
            return
        try:
            self.data = validate_email(self.data, check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            raise ValidationError("Cette adresse n’est pas complète. Forme attendue : nom@exemple.fr") from None


class DateField(Field):
    """A day: from the browser's calendar (2026-12-03), or typed as 3/12/2026."""

    widget = DateInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = read_date(valuelist[0]) if valuelist else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""


class ParisDateTimeField(Field):
    """A day and an hour in Paris, in two boxes, as an aware instant; the hour that a change of clock skips or repeats is refused."""

    widget = DateTimeLocalInput()  # the macro draws the two boxes

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        day, hour = [text.strip() for text in (*valuelist, "", "")[:2]]
        if not day and not hour:
            return
        if not day or not hour:
            raise ValueError("Donnez le jour et l’heure.")
        try:
            self.data = paris_instant(datetime.combine(read_date(day), read_hour(hour)))
        except Refused as refused:
            raise ValueError(str(refused)) from None

    @property
    def texts(self) -> tuple[str, str]:
        """What the two boxes show: what was typed, else the value."""
        if self.raw_data:
            return (*self.raw_data, "", "")[:2]
        if not self.data:
            return "", ""
        local = self.data.astimezone(PARIS)
        return local.date().isoformat(), f"{local:%H:%M}"


class CheckboxesField(SelectMultipleField):
    """Several choices among some, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class FilesField(MultipleFileField):
    """Files, checked against the limits that the page shows; `checked` holds them, clean, once the form is valid."""

    def __init__(self, *args: Any, max_files: int = MAX_FILES, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_files = max_files
        self.widget = FileInput(multiple=max_files > 1)
        self.checked: list[CheckedFile] = []

    @property
    def limits(self) -> str:
        """The limits in force, in a sentence."""
        return LIMITS_SENTENCE

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        files = [file for file in self.data or () if isinstance(file, FileStorage) and file.filename]
        if len(files) > self.max_files:
            raise ValidationError(f"Vous avez choisi {len(files)} fichiers, {self.max_files} au plus sont attendus ici.")
        try:
            self.checked = check_files([_read(file) for file in files], field=self.name)
        except Refused as refused:
            raise ValidationError(" ".join([*(one.message for one in refused.refusals), LIMITS_SENTENCE])) from None


def control(field: Field) -> str:
    """How the field macro draws a field: hidden, boolean, radios, checkboxes, select, files, date_hour or text."""
    if isinstance(field, FilesField):
        return "files"
    if isinstance(field, CheckboxesField):
        return "checkboxes"
    if isinstance(field, ParisDateTimeField):
        return "date_hour"
    return CONTROLS.get(field.type, "text")


def strip(text: Any) -> Any:
    """A text without the spaces around it, nor the marks that no keyboard types and that neither databases nor spreadsheets keep."""
    return without_controls(text).strip() if isinstance(text, str) else text


def _read(file: FileStorage) -> UploadedFile:
    """The file as it came; its stream is left at its beginning for who reads it again."""
    body = file.stream.read()
    file.stream.seek(0)
    return UploadedFile(file.filename or "", body)


def _leaves(fields: Any) -> Iterator[Field]:
    """The fields that hold a value, those of nested forms and lists included; a list's own faults come with the list."""
    for field in fields:
        if isinstance(field, FormField):
            yield from _leaves(field.form)
        elif isinstance(field, FieldList):
            yield from _leaves(field.entries)
        else:
            yield field


def _anchor(field: Field) -> str:
    return f"{field.id}-date" if isinstance(field, ParisDateTimeField) else field.id
