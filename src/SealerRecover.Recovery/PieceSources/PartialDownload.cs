using System.Text.Json.Serialization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Records;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>
/// A download on its way: the part file, and beside it which bytes of it are there. The bytes are flushed before they are written down, so
/// that what is written down holds after a power cut too. Writes may come from several threads; the rest from one. The piece is locked.
/// </summary>
internal sealed partial class PartialDownload(PieceStore store, PieceInfo piece, PieceFetcherOptions options, TimeProvider time) : IDisposable
{
    private const int Version = 1;

    private readonly string _path = store.PartOf(piece);
    private readonly string _statePath = store.StateOf(piece);
    private readonly Lock _gate = new();
    private readonly Lock _writingDown = new();
    private IOpenFile? _file;
    private ByteRanges _there = new();
    private long _writtenDownAt;

    /// <summary>Length of the whole, if known.</summary>
    public long? Total { get; private set; }

    /// <summary>The entity tag of the whole where the last server gave a strong one; for If-Range.</summary>
    public string? Tag { get; private set; }

    public string Path => _path;

    /// <summary>Whether not all of it came from one server in one go, so that it may not fit together although the server is right.</summary>
    public bool IsMixed { get; private set; }

    /// <summary>Bytes that are there.</summary>
    public long Done
    {
        get
        {
            lock (_gate)
            {
                return _there.Total;
            }
        }
    }

    /// <summary>Whether every byte is there.</summary>
    public bool IsWhole => Done == Total;

    /// <summary>Takes up what an earlier run left, if it can be; otherwise <see cref="Begin"/> starts.</summary>
    public void Resume() => Explain(() =>
    {
        FileLook look = FileLook.At(_path);
        if (look.Kind != FileKind.File || FileLook.At(_statePath).Kind != FileKind.File
            || ChecksummedLines.Read(store.Files.ReadAll(_statePath), StateJson.Default.State) is not [{ Version: Version } state]
            || state.Total != look.Length || state.Total > piece.UnpaddedSize
            || !ByteRanges.TryRead(state.Done, state.Total, out ByteRanges there))
        {
            return;
        }

        _file = store.Files.OpenToChange(_path);
        (_there, Total, Tag, IsMixed) = (there, state.Total, state.Tag, there.Total > 0);
        _writtenDownAt = time.GetTimestamp();
    });

    /// <summary>Starts from nothing, with the space reserved, so that a full disk shows now.</summary>
    /// <param name="total">Length; null if the server did not tell: then nothing is written down.</param>
    /// <param name="tag">A strong entity tag, if there is one.</param>
    public void Begin(long? total, string? tag) => Explain(() =>
    {
        _file?.Dispose();
        store.Files.DeleteFile(_statePath);
        store.Files.DeleteFile(_path);
        _file = store.Files.CreateNew(_path, total ?? 0);
        if (total is long length)
        {
            _file.SetLength(length);
        }

        (_there, Total, Tag, IsMixed) = (new ByteRanges(), total, tag, false);
        _writtenDownAt = time.GetTimestamp();
    });

    /// <summary>
    /// A server goes on whose piece has this length and tag. All that is good of one is good of the other: one server may send zeros
    /// that extend the data where another leaves them out. Only if bytes are there that the new length has no place for, it starts anew.
    /// </summary>
    public void GoOn(long total, string? tag)
    {
        if (Total is null || total < _there.End)
        {
            Begin(total, tag);
            return;
        }

        if (total != Total)
        {
            Explain(() => _file!.SetLength(total));
        }

        IsMixed |= _there.Total > 0 && (total != Total || tag != Tag);
        (Total, Tag) = (total, tag);
    }

    /// <summary>What is missing, in order, in parts of at most <paramref name="longest"/> bytes.</summary>
    public IEnumerable<(long Start, long End)> Missing(long longest)
    {
        lock (_gate)
        {
            return _there.Missing(Total!.Value, longest);
        }
    }

    /// <exception cref="OperatorException">Storage: the disk failed or is full.</exception>
    public void Write(long offset, ReadOnlyMemory<byte> bytes)
    {
        Explain(() => _file!.Write(offset, bytes.Span));
        lock (_gate)
        {
            _there.Add(offset, offset + bytes.Length);
        }

        if (time.GetElapsedTime(_writtenDownAt) >= options.CheckpointInterval && _writingDown.TryEnter())
        {
            try
            {
                WriteDown();
            }
            finally
            {
                _writingDown.Exit();
            }
        }
    }

    /// <summary>The stream ended: these are all bytes.</summary>
    public void EndAt(long total)
    {
        Explain(() => _file!.SetLength(total));
        Total = total;
    }

    /// <summary>Flushes what is there and writes it down for a later run.</summary>
    public void WriteDown()
    {
        _writtenDownAt = time.GetTimestamp();
        if (Total is not long total || _file is null)
        {
            return;
        }

        State state;
        lock (_gate)
        {
            state = new State(Version, total, Tag, _there.ToArray());
        }

        Explain(() =>
        {
            _file.Flush();
            store.Files.WriteDurably(_statePath, ChecksummedLines.Write([state], StateJson.Default.State));
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Explain(Action work) => StorageFailure.Explain($"downloading piece {piece.CommP} to {_path}", work);

    /// <summary>What is written down.</summary>
    private sealed record State(int Version, long Total, string? Tag, long[] Done);

    /// <summary>How it stands in JSON.</summary>
    [JsonSourceGenerationOptions(
        GenerationMode = JsonSourceGenerationMode.Metadata,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 16)]
    [JsonSerializable(typeof(State))]
    private sealed partial class StateJson : JsonSerializerContext;
}
