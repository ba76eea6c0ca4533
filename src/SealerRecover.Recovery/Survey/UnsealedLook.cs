using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Unsealed;

namespace SealerRecover.Recovery.Survey;

/// <summary>How an unsealed copy is: one sector long, with or without a trailer that says which of its bytes are there.</summary>
internal static class UnsealedLook
{
    /// <summary>Looks at a copy; with <see cref="SurveySettings.Deep"/> and without sampling, its commitment is computed.</summary>
    public static FileState At(
        string path, SurveyFacts facts, SurveySettings settings, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        FileState look = FileLooks.Of(path, length: null);
        return look.IsGood ? FileLooks.Reading(() => Judge(path, facts, settings, progress, cancellation)) : look;
    }

    private static FileState Judge(
        string path, SurveyFacts facts, SurveySettings settings, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        SectorSize size = facts.Porep.SectorSize;
        long length = FileLook.Through(path).Length;
        if (length < size.Bytes)
        {
            return new WrongLength(size.Bytes, length);
        }

        UnsealedFile file;
        try
        {
            file = UnsealedFile.Open(path, size, settings.Files);
        }
        catch (OperatorException failure)
        {
            return new Damaged([new DamagedRange(size.Bytes, length - size.Bytes)], failure.Message);
        }

        using (file)
        {
            if (!file.Has(new PaddedRange(0, size.Bytes)))
            {
                return new Good(
                    CheckDepth.Length,
                    FormattableString.Invariant($"it holds {file.Ranges.Sum(range => range.Length)} of {size.Bytes} bytes, so its CommD cannot be told"));
            }

            if (!settings.Deep || settings.Sample is not null)
            {
                return new Good(CheckDepth.Length);
            }

            if (facts.CommD is not { } expected)
            {
                return new Good(CheckDepth.Length, "the sector's CommD is not known, so its content was not looked at");
            }

            CommD found = DataTree.Of(
                file,
                TwoToOneHash.Create(settings.Kernels.TwoToOne),
                new FixedTreeCores(settings.Threads),
                SealPhase.CheckData,
                progress,
                cancellation,
                settings.Readings is { } readings ? new DataParts(readings.Of(path, partNodes: 1)) : null);
            return found == expected
                ? new Good(facts.AreFromChain ? CheckDepth.ProvenAgainstChain : CheckDepth.Consistent)
                : new Damaged([new DamagedRange(0, size.Bytes)], $"its CommD is {found}, but the sector's is {expected}");
        }
    }
}
