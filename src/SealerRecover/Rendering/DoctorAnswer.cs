using Filecoin.Primitives;
using SealerRecover.Recovery.Doctor;

namespace SealerRecover.Rendering;

/// <summary>How all is that a recovery needs.</summary>
internal sealed record DoctorAnswer(IReadOnlyList<Finding> Findings) : IAnswer
{
    /// <inheritdoc/>
    public JsonLine Json => new JsonDoctor(
        [.. Findings.Select(finding => new JsonFinding(finding.What, finding.Verdict, finding.Sentence, finding.Hint is { } hint ? TypedNames.Sentence(hint) : null))]);

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        foreach (Finding finding in Findings)
        {
            string mark = finding.Verdict switch
            {
                CheckVerdict.Fine => "✔",
                CheckVerdict.Note => "○",
                _ => "✘",
            };
            yield return new TextLine($"{mark} {SafeText.Clean(finding.What)}: {SafeText.Clean(finding.Sentence)}");
            if (finding.Hint is { } hint)
            {
                yield return new TextLine($"    → {SafeText.Clean(TypedNames.Sentence(hint))}");
            }
        }
    }
}
