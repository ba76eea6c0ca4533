using System.Globalization;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Verify;

namespace SealerRecover.Rendering;

/// <summary>How far it was looked, in words and in JSON: only what was read as a whole is called so.</summary>
internal static class ReachText
{
    /// <summary>How far the files were read that nothing speaks against; null where there are none.</summary>
    public static string? Of(SectorSurvey survey)
    {
        (string Name, Good State)[] good =
        [
            .. from part in SurveyText.Parts(survey)
               from copy in part.File.Copies
               let state = copy.State as Good
               where state is not null
               select (SurveyText.NameOf(part.Part, part.File), state),
        ];
        string[] unread =
        [
            .. good.Select(file => file.State switch
            {
                { Sample: { } sample } => $"of {file.Name} {Of(sample)}",
                { Depth: CheckDepth.Sampled } => $"of {file.Name} the upper rows",
                { Depth: CheckDepth.Length } => $"of {file.Name} nothing but its length",
                _ => null,
            }).OfType<string>().Distinct(),
        ];
        return good.Length == 0 ? null
            : unread.Length == 0 ? "every byte was read"
            : string.Join(", ", unread);
    }

    /// <summary>What a sample is worth: "1000 of 2097152 stretches of 16.0 KiB (damage of one block of 4.0 KiB is met with a chance of 0.047 %)".</summary>
    public static string Of(ReadSample sample) => string.Create(
        CultureInfo.InvariantCulture,
        $"{sample.Read} of {sample.All} stretches of {Quantities.Bytes(sample.StretchBytes)} (damage of one block of {Quantities.Bytes(ReadSample.BlockBytes)} is met with a chance of {Quantities.Chance(sample.BlockChance)})");

    /// <summary>How much a proof proves.</summary>
    public static string Of(SectorVerification found) => string.Create(
        CultureInfo.InvariantCulture,
        $"{found.ProvenNodes} challenges of {found.Nodes} nodes, ") + (found.Full ? "and every byte was read" : $"which read {Of(found.Sample)}");

    /// <summary>The sample in JSON.</summary>
    public static JsonReadSample Json(ReadSample sample) =>
        new(sample.Read, sample.All, sample.StretchBytes, ReadSample.BlockBytes, sample.BlockChance);
}
