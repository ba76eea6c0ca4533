using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using Filecoin.Primitives;

namespace Filecoin.Chain.Wire;

/// <summary>
/// Reads CBOR of the chain (DAG-CBOR: tuples as arrays of definite length, CIDs as tag 42). Every value is of one expected type, so nothing
/// nests deeper than the reader asks for, and nothing is allocated that the bytes do not hold.
/// </summary>
internal sealed class CborParams
{
    private const CborTag CidTag = (CborTag)42;

    private readonly CborReader _reader;

    private CborParams(ReadOnlyMemory<byte> bytes) => _reader = new CborReader(bytes, CborConformanceMode.Strict);

    /// <summary>Reads one value that fills <paramref name="bytes"/>; false for anything that deviates from what <paramref name="read"/> asks for.</summary>
    internal static bool TryRead<T>(byte[]? bytes, Func<CborParams, T> read, [NotNullWhen(true)] out T? value)
        where T : notnull
    {
        value = default;
        try
        {
            CborParams cbor = new(bytes ?? []);
            T result = read(cbor);
            Expect(cbor._reader.BytesRemaining == 0);
            value = result;
            return true;
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException)
        {
            // The three ways in which the reader says that the bytes are not what was asked for.
            return false;
        }
    }

    /// <summary>Opens an array of exactly <paramref name="length"/> values.</summary>
    internal void Tuple(int length) => Expect(_reader.ReadStartArray() == length);

    /// <summary>Closes an array.</summary>
    internal void End() => _reader.ReadEndArray();

    /// <summary>Reads an array of at most <paramref name="most"/> values.</summary>
    internal List<T> List<T>(int most, Func<CborParams, T> read)
    {
        int? count = _reader.ReadStartArray();
        Expect(count <= most);
        List<T> values = [];
        for (int i = 0; i < count; i++)
        {
            values.Add(read(this));
        }

        _reader.ReadEndArray();
        return values;
    }

    /// <summary>Reads an unsigned number.</summary>
    internal ulong Unsigned() => _reader.ReadUInt64();

    /// <summary>Reads a number of either sign.</summary>
    internal long Signed() => _reader.ReadInt64();

    /// <summary>Reads true or false.</summary>
    internal bool Boolean() => _reader.ReadBoolean();

    /// <summary>Reads a byte string.</summary>
    internal byte[] Bytes() => _reader.ReadByteString();

    /// <summary>Reads any one value as its bytes.</summary>
    internal byte[] Encoded() => _reader.ReadEncodedValue().ToArray();

    /// <summary>Reads a text.</summary>
    internal string Text() => _reader.ReadTextString();

    /// <summary>Reads null, if that is what stands here.</summary>
    internal bool Null()
    {
        if (_reader.PeekState() != CborReaderState.Null)
        {
            return false;
        }

        _reader.ReadNull();
        return true;
    }

    /// <summary>Reads a CID: tag 42 on a byte string that begins with a zero byte.</summary>
    internal Cid Cid()
    {
        Expect(_reader.ReadTag() == CidTag);
        byte[] bytes = _reader.ReadByteString();
        Cid? cid = null;
        Expect(bytes is [0, ..] && Primitives.Cid.TryFromBytes(bytes.AsSpan(1), out cid));
        return cid!;
    }

    private static void Expect(bool condition)
    {
        if (!condition)
        {
            throw new CborContentException("not the expected parameters");
        }
    }
}
