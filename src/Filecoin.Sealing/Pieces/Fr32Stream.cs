using Filecoin.Sealing.Files;

namespace Filecoin.Sealing.Pieces;

/// <summary>Reads another stream through Fr32, forward only, with 128 KiB of memory. The other stream stays the caller's.</summary>
public sealed class Fr32Stream : ForwardStream
{
    private const int Groups = 512;

    private readonly Stream _source;
    private readonly bool _pad;
    private readonly byte[] _input;
    private readonly byte[] _output = new byte[Groups * Fr32.PaddedGroup];
    private int _start;
    private int _end;
    private bool _sourceEnded;

    private Fr32Stream(Stream source, bool pad)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _pad = pad;
        _input = new byte[Groups * (pad ? Fr32.UnpaddedGroup : Fr32.PaddedGroup)];
    }

    /// <summary>The padded form of <paramref name="source"/>, in whole elements of 32 bytes.</summary>
    public static Fr32Stream Padding(Stream source) => new(source, pad: true);

    /// <summary>The data in <paramref name="source"/>, which is padded and whole elements long.</summary>
    public static Fr32Stream Unpadding(Stream source) => new(source, pad: false);

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">Padded data ended within an element.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_start == _end && !_sourceEnded)
        {
            Refill();
        }

        int count = Math.Min(buffer.Length, _end - _start);
        _output.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    private void Refill()
    {
        int filled = _source.ReadAtLeast(_input, _input.Length, throwOnEndOfStream: false);
        _sourceEnded = filled < _input.Length;
        if (!_pad && filled % 32 != 0)
        {
            throw new InvalidDataException("Fr32-padded data ends within an element of 32 bytes");
        }

        ReadOnlySpan<byte> input = _input.AsSpan(0, filled);
        _start = 0;
        _end = _pad ? Fr32.Pad(input, _output) : Fr32.Unpad(input, _output);
    }
}
