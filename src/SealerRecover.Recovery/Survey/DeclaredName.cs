using System.Globalization;
using System.Text.RegularExpressions;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Survey;

/// <summary>
/// Which sector Lotus takes a name in a storage folder for (lotus storage/sealer/storiface/filetype.go, ParseSectorID). It reads a beginning and
/// leaves the rest unread, so "s-t01000-5.bak" and "s-t01000-05" are sector 5 as well.
/// </summary>
internal static partial class DeclaredName
{
    /// <summary>The one name that Lotus passes over.</summary>
    public const string Fetching = "fetching";

    /// <summary>The sector a name is declared as; false where Lotus stops with an error.</summary>
    public static bool TryParse(string name, out SectorId sector)
    {
        Match match = Beginning().Match(name);
        sector = default;
        if (!match.Success
            || !ulong.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out ulong miner)
            || !ulong.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            return false;
        }

        sector = new SectorId(new ActorId(miner), number);
        return true;
    }

    // Go's Sscanf skips blanks before a number and reads as many digits as there are.
    [GeneratedRegex(@"\As-t0[ \t]*([0-9]+)-[ \t]*([0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();
}
