using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Metadata;

/// <summary>
/// One walk through a file that is one JSON object (UTF-8, with or without a byte order mark), with no more of it in memory than one of its
/// values, or one entry of a list that is taken entry by entry. The file may be of any length, one such value of <see cref="MaxValueBytes"/>.
/// Every complaint is a BadInput that names the file and the place.
/// </summary>
internal sealed class ObjectWalk
{
    /// <summary>Most bytes of one value: a sector with 4096 pieces before and after its update takes some 2 MiB.</summary>
    public const int MaxValueBytes = 256 << 20;

    private const int MaxDepth = 16;
    private const int FirstBufferBytes = 1 << 16;

    private readonly string _name;
    private readonly IOpenFile _file;
    private byte[] _buffer = new byte[FirstBufferBytes];
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = MaxDepth });
    private long _offset;
    private int _start;
    private int _end;
    private int _validUntil;
    private bool _atEnd;

    /// <summary>Starts at the object's beginning.</summary>
    /// <param name="name">The file, as messages call it.</param>
    /// <param name="file">Its content.</param>
    public ObjectWalk(string name, IOpenFile file)
    {
        _name = name;
        _file = file;
        Fill();
        ReadOnlySpan<byte> byteOrderMark = [0xef, 0xbb, 0xbf];
        _start = _buffer.AsSpan(0, _end).StartsWith(byteOrderMark) ? byteOrderMark.Length : 0;
        JsonTokenType first = Explained(() => Next(out _));
        if (first != JsonTokenType.StartObject)
        {
            throw JsonFields.Bad(name, "the file", $"is {JsonFields.Name(first)} where an object is needed");
        }
    }

    /// <summary>Goes to the next field of the object; its value is to be taken next. False after the last one, when nothing may follow.</summary>
    public bool NextField([NotNullWhen(true)] out string? field)
    {
        string? found = null;
        if (Explained(() => Next(out found)) == JsonTokenType.EndObject)
        {
            field = null;
            Explained(() => Next(out _));
            return false;
        }

        field = found ?? throw JsonFields.Bad(_name, "the file", "has a field whose name is not Unicode text");
        return true;
    }

    /// <summary>The value of the field, whole.</summary>
    public JsonElement Value()
    {
        using JsonDocument value = Explained(NextValue)!;
        return value.RootElement.Clone();
    }

    /// <summary>Whether the field's value is a list; if so, its entries are to be taken next, if not, <see cref="Value"/>.</summary>
    public bool BeginsList() => Explained(() =>
    {
        Utf8JsonReader reader = Reader();
        while (!reader.Read())
        {
            Fill();
            reader = Reader();
        }

        if (reader.TokenType == JsonTokenType.StartArray)
        {
            Passed(reader);
            return true;
        }

        return false;
    });

    /// <summary>The next entry of the list, to be disposed of; null after the last one.</summary>
    public JsonDocument? NextEntry() => Explained(NextValue);

    /// <summary>Passes over what is left of the list, of any length.</summary>
    public void SkipList() => Explained(() =>
    {
        while (true)
        {
            Utf8JsonReader reader = Reader();
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.EndArray)
                {
                    Passed(reader);
                    return true;
                }
            }

            Passed(reader);
            Fill();
        }
    });

    private T Explained<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (JsonException failure)
        {
            string where = string.Create(CultureInfo.InvariantCulture, $"line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}");
            throw JsonFields.Bad(_name, where, $"is not valid JSON of at most {MaxDepth} levels");
        }
    }

    private Utf8JsonReader Reader() => new(_buffer.AsSpan(_start, _end - _start), _atEnd, _state);

    private void Passed(in Utf8JsonReader reader)
    {
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    /// <summary>The next token, and the name if it is a field's (null if that is no Unicode text); None where the text ends.</summary>
    private JsonTokenType Next(out string? name)
    {
        name = null;
        while (true)
        {
            Utf8JsonReader reader = Reader();
            if (reader.Read())
            {
                name = reader.TokenType == JsonTokenType.PropertyName ? NameAt(reader) : null;
                Passed(reader);
                return reader.TokenType;
            }

            if (_atEnd)
            {
                return JsonTokenType.None;
            }

            Fill();
        }
    }

    private JsonDocument? NextValue()
    {
        while (true)
        {
            Utf8JsonReader reader = Reader();
            if (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndArray)
                {
                    Passed(reader);
                    return null;
                }

                if (JsonDocument.TryParseValue(ref reader, out JsonDocument? value))
                {
                    Passed(reader);
                    return value;
                }
            }

            Fill();
        }
    }

    private static string? NameAt(in Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end, _validUntil) = (0, _end - _start, _validUntil - _start);
        }
        else if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxValueBytes)
            {
                throw JsonFields.Bad(_name, "the file", string.Create(CultureInfo.InvariantCulture, $"has a value of more than {MaxValueBytes} bytes"));
            }

            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        while (_end < _buffer.Length && !_atEnd)
        {
            int read = _file.Read(_offset, _buffer.AsSpan(_end));
            _offset += read;
            _end += read;
            _atEnd = read == 0;
        }

        RefuseOtherText();
    }

    /// <summary>Refuses what is not UTF-8, but for a last character of which only the beginning was read.</summary>
    private void RefuseOtherText()
    {
        ReadOnlySpan<byte> text = _buffer.AsSpan(_validUntil, _end - _validUntil);
        if (!_atEnd && Rune.DecodeLastFromUtf8(text, out _, out int begun) == System.Buffers.OperationStatus.NeedMoreData)
        {
            text = text[..^begun];
        }

        if (!Utf8.IsValid(text))
        {
            throw JsonFields.Bad(_name, "the file", "is not UTF-8 text");
        }

        _validUntil += text.Length;
    }
}
