using System.CommandLine;
using System.Globalization;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Says which pieces files are: their CIDs and sizes. A file that cannot be read does not keep the others from being looked at.
/// <code>sealer-recover commp ./deal.car - --padded-size=32GiB</code>
/// </summary>
internal sealed class CommpCommand : ICommand
{
    private const string StandardInput = "-";

    private readonly Argument<string[]> _files = new("files")
    {
        Description = "Files of raw (not Fr32-padded) bytes, .car files for example; - for standard input.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _paddedSize = new("--padded-size")
    {
        Description = "Extend with zeros to a piece of this padded size, as 32GiB: a power of two. Default: the smallest that holds the file.",
        HelpName = "size",
    };

    private readonly Option<int?> _threads = CommonOptions.Whole("--threads", 1, 4096, "count", "Threads. Default: all cores.");

    private readonly KernelOption _kernel = new();

    /// <summary>Makes the command.</summary>
    public CommpCommand()
    {
        Syntax = new Command("commp", "Compute the piece CIDs (CommP) and sizes of files.") { _files, _paddedSize, _threads, _kernel.Kernel };
        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "commp";

    /// <inheritdoc/>
    public bool GoesOn => false;

    /// <inheritdoc/>
    public Task<Report> RunAsync(CommandContext context)
    {
        string[] files = context.Parsed.GetValue(_files) ?? [];
        if (files.Length == 0)
        {
            throw new OperatorException(FailureKind.BadInput, "no files were named", "name them behind the command, as in sealer-recover commp ./deal.car");
        }

        long? paddedSize = ReadPaddedSize(context.Parsed);
        TwoToOneHash hash = TwoToOneHash.Create(_kernel.Read(context).TwoToOne);
        int threads = context.Parsed.GetValue(_threads) ?? context.Host.Cores;
        List<OperatorException> failures = [];
        foreach (string file in files)
        {
            try
            {
                context.View.Answered(context.View.Live(() => Compute(context, file, paddedSize, hash, threads)));
            }
            catch (OperatorException failure)
            {
                failures.Add(failure);
                if (files.Length > 1)
                {
                    context.Events.Notice($"{failure.Message}; {failure.Hint.Worded(TypedNames.Of)}");
                }
            }
        }

        return Task.FromResult(new Report { Command = Name, Failure = Sum(failures, files.Length) });
    }

    private static Failure? Sum(List<OperatorException> failures, int files) => failures switch
    {
        [] => null,
        [var only] => Failure.From(only),
        [var first, ..] => Failure.From(new OperatorException(
            first.Kind,
            string.Create(CultureInfo.InvariantCulture, $"{failures.Count} of {files} files could not be computed, first: {first.Message}"),
            first.Hint)),
    };

    private static CommpAnswer Compute(CommandContext context, string file, long? paddedSize, TwoToOneHash hash, int threads)
    {
        string path = file == StandardInput ? "standard input" : context.Folders.Absolute(file, "commp");
        (PieceInfo piece, long length) = StorageFailure.Explain($"reading {path}", () =>
        {
            if (file != StandardInput && Directory.Exists(path))
            {
                throw new OperatorException(FailureKind.BadInput, $"{path} is a folder", "name files; the shell writes a folder's as ./folder/*");
            }

            using Stream data = file == StandardInput ? context.Host.OpenInput() : Open(path);
            long? total = data.CanSeek && data.Length > 0 ? data.Length : null;
            using CountedStream counted = new(data, context.Events.BytesOf(SealPhase.HashPiece, total));
            return PieceCommitment.ComputeToEnd(counted, hash, threads, context.Cancellation);
        });
        if (length == 0)
        {
            throw new OperatorException(FailureKind.BadInput, $"{path} is empty, so it is no piece", "check where the file came from; an empty one is often a failed download");
        }

        return paddedSize is null || paddedSize >= piece.PaddedSize
            ? new CommpAnswer(file, PieceCommitment.Extend(piece, paddedSize ?? piece.PaddedSize), length)
            : throw new OperatorException(
                FailureKind.BadInput,
                string.Create(CultureInfo.InvariantCulture, $"{path} has {length} bytes, more than a piece of {paddedSize} bytes (padded) holds"),
                string.Create(CultureInfo.InvariantCulture, $"give at least --padded-size={piece.PaddedSize}, or leave it out"));
    }

    private static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.SequentialScan,
    });

    private long? ReadPaddedSize(ParseResult parsed)
    {
        if (parsed.GetValue(_paddedSize) is not { } text)
        {
            return null;
        }

        long size = CommonOptions.Bytes(text, _paddedSize);
        return size is >= PieceLayout.MinPaddedSize and <= PieceLayout.MaxPaddedSize && long.IsPow2(size)
            ? size
            : throw new OperatorException(
                FailureKind.BadInput,
                $"{_paddedSize.Name} is \"{SafeText.Short(text)}\", which no piece has as its padded size",
                "write a power of two from 128 to 64GiB");
    }
}
